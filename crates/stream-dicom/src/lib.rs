//! Streams DICOM elements and frames in bounded memory.
