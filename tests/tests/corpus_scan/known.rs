//! Good files whose rows differ from what their folders or other programs say, each looked into.
use narrows_tests::netcdf::{BYTES, NAMES, NO_FILL, SAME_ID};
use narrows_tests::report::{Known, known};

/// Good files that are not `ok`, each looked into.
pub(crate) const BROKEN: &[Known] = &[
    known("ogg/continued_packet_over_four_pages", SHORT),
    known("ogg/continued_packet_over_two_pages", SHORT),
    known("claxon/large_vendor_string.flac", SHORT),
    known("claxon/large_vorbis_comment_block.flac", SHORT),
    known(
        "claxon/non_subset.flac",
        "its first frame is numbered 1: one frame before it is missing",
    ),
    known("media/test/wavedata_u8.wav", SHORT),
    known("unit/data/id3tags.mp3", SHORT),
    known("tinytag/id3_comment_utf_16_with_bom.mp3", SHORT),
    known("tinytag/id3v24-long-title.mp3", SHORT),
    known("h5repack_CVE-2018-17432.h5", LIBRARY),
    known("h5repack_ext.h5", EXTERNAL),
    known("h5stat/testfiles/h5stat_filters.h5", "a wrong Fletcher-32 sum, for libhdf5 too"),
    known("h5clear_fsm_persist_user_greater.h5", SHORT),
    known("testfiles/filter_fail.h5", FILTER),
    known("testfiles/tarray3.h5", "arrays of arrays have no statistics"),
    known("tfamily00000.h5", SHORT),
    known("testfiles/tfilters.h5", EXTERNAL),
    known("h5clear_mdc_image.h5", "its metadata stand in a cache image"),
    known("hdf5_official/h5diff_attr1.h5", CRASHES),
    known("hdf5_official/h5diff_attr2.h5", CRASHES),
    known("h5ex_d_granularbr.h5", FILTER),
    known("h5ex_d_jpeg.h5", FILTER),
    known("hdf5_official/h5stat_filters.h5", EXTERNAL),
    known("test_ds_be_new_ref-32bit.h5", LIBRARY),
    known("test_ds_le_new_ref.h5", LIBRARY),
    known("hdf5_official/tmulti-s.h5", LIBRARY),
    known("reference/tbogus.h5", LIBRARY),
    known("roteiro/hdf5/extensible_array_chunked.h5", LIBRARY),
    known("roteiro/hdf5/fixed_array_chunked.h5", LIBRARY),
    known("roteiro/hdf5/v4_layout.h5", LIBRARY),
    known("aac20-48000-64000-init.mp4", SHORT),
    known("bipbop_nonfragment_header.mp4", SHORT),
    known("nestegg/dancer1.webm", SHORT),
    known("nestegg/demo_short.webm", SHORT),
    known("nom-exif/sony-a7-xavc.MP4", SHORT),
    known("unit/data/detodos.mp3", SHORT),
    known("tinytag/cut_off_titles.mp3", SHORT),
    known("mp4/sample_fragmented_uuid.mp4", SOUND_LOST),
    known("bear-640x360-a_frag-cenc-key_rotation.mp4", SOUND_LOST),
    known("testdata/tracks.webm", SOUND_LOST),
    known("sine-3s-xhe-aac-44khz-mono.mp4", "FFmpeg does not decode xHE-AAC"),
    known("tests/short-cenc.mp4", SOUND_LOST),
    known("cdown-srt/gb2312.srt", RULES),
    known("go-astisub/example-in.vtt", RULES),
    known("go-astisub/example-out.vtt", RULES),
    known("regions/line-break.vtt", RULES),
    known("resources/default-styles.vtt", RULES),
    known("resources/timings-whitespace.vtt", RULES),
];

const SOUND_LOST: &str =
    "its packets of sound are encrypted or made up: FFmpeg does not decode them either";
const SHORT: &str = "cut, or a piece of a stream: what it claims is not there";
const LIBRARY: &str = "libhdf5 1.10 refuses it, or does not know what a later one writes";
const EXTERNAL: &str = "its external file is not there";
const FILTER: &str = "a filter that is not known here";
const CRASHES: &str = "libhdf5 1.10.8 crashes on it; the row says so";
const RULES: &str = "breaks a rule of its format, which its reader recovers from and the row tells";

/// Good files that are taken for another format than their folder says.
pub(crate) const OTHER_FORMAT: &[Known] = &[
    known("tests/data/lzw.fits.Z", "compress is no format that is read through"),
    known("pyfive/data/h5netcdf_test.hdf5", "bears netCDF's marks"),
    known("nczarr_test/ref_groups.h5", PLAIN),
    known("ncvalidator/pad_superblock.h5", PLAIN),
    known("xarray/example_1.nc.gz", "netCDF is not read through gzip"),
    known("mkv/sample_with_dts.mkv", SOUND),
    known("webm/test-a-128k-44100Hz-1ch.webm", SOUND),
    known("webm/test-a-192k-44100Hz-1ch.webm", SOUND),
    known("pydub/test5.webm", SOUND),
];

const PLAIN: &str = "HDF5 without netCDF's marks";
const SOUND: &str = "holds sound alone";

/// Good files whose statistics differ from those of other libraries.
pub(crate) const OTHER_STATISTICS: &[Known] = &[
    known("testfiles/zerodim.h5", EMPTY),
    known("h5diff_dset_zero_dim_size1.h5", EMPTY),
    known("h5diff_dset_zero_dim_size2.h5", EMPTY),
    known("h5clear_mdc_image.h5", "its metadata stand in a cache image"),
    known("hdf5_official/h5diff_attr1.h5", CRASHES),
    known("hdf5_official/h5diff_attr2.h5", CRASHES),
    known("pyfive/data/h5netcdf_test.hdf5", "read as netCDF, which has no such objects"),
    known("tests/data/group.fits", PARAMETERS),
    known("tests/data/random_groups.fits", PARAMETERS),
    known("highdicom/seg_image_sm_control_labelmap.dcm", PADDING),
    known("highdicom/sm_image_control.dcm", PADDING),
    known("highdicom/sm_image_dots.dcm", PADDING),
    known("highdicom/sm_image_numbers.dcm", PADDING),
    known(
        "test_files/ExplVR_BigEnd.dcm",
        "colours are planes, as stored; pydicom interleaves them",
    ),
    known("nc_test/f03tst_open_mem.nc", NO_FILL),
    known("nctest/ref_nctest_classic.nc", BYTES),
    known("unit_test/nctest_netcdf4_classic.nc", BYTES),
    known("netcdf4-python/ubyte.nc", BYTES),
    known("netcdf4-python/netcdf_dummy_file.nc", EMPTY),
    known("pyfive/data/enum_variable.nc", NAMES),
    known("pyfive/data/enums_from_netcdf.nc", NAMES),
    known("netcdf4/nc4_groups.nc", SAME_ID),
];

const PARAMETERS: &str = "parameters of random groups are listed as such, not as columns";
const PADDING: &str = "pixels of the padding value (PS3.3, C.7.5.1.1.2) are missing";
const EMPTY: &str = "an array without elements has no measures";

/// Audio files whose statistics differ from those of what FFmpeg decodes.
pub(crate) const OTHER_SOUND: &[Known] = &[known("pydub/test1_empty.wav", EMPTY)];
