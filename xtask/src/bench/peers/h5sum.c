/* Adds up a three-dimensional float dataset slab by slab, as a user of libhdf5 would: h5sum FILE PATH */
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>

enum { SLAB = 8 };

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    hid_t file = H5Fopen(argv[1], H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t data = H5Dopen2(file, argv[2], H5P_DEFAULT);
    hid_t space = H5Dget_space(data);
    hsize_t size[3];
    if (H5Sget_simple_extent_dims(space, size, NULL) != 3)
        return 1;
    size_t plane = size[1] * size[2];
    float *values = malloc(SLAB * plane * sizeof *values);
    double lanes[4] = {0};
    for (hsize_t at = 0; at < size[0]; at += SLAB) {
        hsize_t count[3] = {size[0] - at < SLAB ? size[0] - at : SLAB, size[1], size[2]};
        hsize_t start[3] = {at, 0, 0};
        hid_t memory = H5Screate_simple(3, count, NULL);
        H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL);
        if (H5Dread(data, H5T_NATIVE_FLOAT, memory, space, H5P_DEFAULT, values) < 0)
            return 1;
        for (size_t i = 0; i + 4 <= count[0] * plane; i += 4)
            for (int lane = 0; lane < 4; lane++)
                lanes[lane] += values[i + lane];
        H5Sclose(memory);
    }
    printf("%.6f\n", lanes[0] + lanes[1] + lanes[2] + lanes[3]);
    return 0;
}
