/* Over cfitsio: least, mean and greatest pixel of the first image, or the sums of two columns of the first table. */
#include <fitsio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int image(fitsfile *file) {
    int status = 0, axes = 0;
    long extents[9] = {0}, first[9] = {1, 1, 1, 1, 1, 1, 1, 1, 1};
    fits_get_img_dim(file, &axes, &status);
    fits_get_img_size(file, 9, extents, &status);
    long lines = 16, width = extents[0], count = 0;
    float *pixels = malloc(sizeof(float) * width * lines), least = 1e38f, most = -1e38f;
    double sum = 0;
    for (long line = 1; line <= extents[1] && !status; line += lines) {
        long left = extents[1] - line + 1, now = width * (left < lines ? left : lines);
        first[1] = line;
        fits_read_pix(file, TFLOAT, first, now, NULL, pixels, NULL, &status);
        for (long at = 0; at < now; at++) {
            sum += pixels[at];
            least = pixels[at] < least ? pixels[at] : least;
            most = pixels[at] > most ? pixels[at] : most;
        }
        count += now;
    }
    printf("%ld %.6f %g %g\n", count, sum / count, least, most);
    return status;
}

static int columns(fitsfile *file, int count, char **names) {
    int status = 0, missing, numbers[9];
    long rows, step;
    double sums[9] = {0};
    fits_get_num_rows(file, &rows, &status);
    fits_get_rowsize(file, &step, &status);
    double *values = malloc(sizeof(double) * step);
    for (int at = 0; at < count; at++) fits_get_colnum(file, CASEINSEN, names[at], &numbers[at], &status);
    for (long row = 1; row <= rows && !status; row += step) {
        long left = rows - row + 1, now = left < step ? left : step;
        for (int at = 0; at < count; at++) {
            fits_read_col(file, TDOUBLE, numbers[at], row, 1, now, NULL, values, &missing, &status);
            for (long n = 0; n < now; n++) sums[at] += values[n];
        }
    }
    for (int at = 0; at < count; at++) printf("%.3f ", sums[at]);
    printf("\n");
    return status;
}

int main(int count, char **words) {
    fitsfile *file = NULL;
    int status = 0;
    if (count < 3) return 2;
    if (!strcmp(words[1], "image")) {
        fits_open_image(&file, words[2], READONLY, &status);
        return status ? status : image(file);
    }
    fits_open_table(&file, words[2], READONLY, &status);
    return status ? status : columns(file, count - 3, words + 3);
}
