use super::*;
use stream_core::memory::Budget;

fn header(cards: &[&str]) -> Header {
    let mut header = Header::new(&Budget::new("header", 1 << 20));
    for card in cards {
        let mut raw = card.as_bytes().to_vec();
        raw.resize(80, b' ');
        header.raw.extend(&raw).unwrap();
    }
    header
}

#[test]
fn a_tangential_image_has_its_centre_and_scale() {
    // astropy.wcs gives 148.98692633, 2.10017206 for the pixel (50.5, 100.5)
    let h = header(&[
        "CTYPE1  = 'RA---TAN'",
        "CTYPE2  = 'DEC--TAN'",
        "CRVAL1  = 150.0",
        "CRVAL2  = 2.2",
        "CRPIX1  = 10",
        "CRPIX2  = 200",
        "CD1_1   = -0.025",
        "CD2_2   = 0.001",
        "CD2_1   = 0.0",
    ]);
    let wcs = Wcs::of(&h, &[100, 200], ' ').unwrap();
    let center: Vec<f64> = wcs.axes.iter().filter_map(|axis| axis.center).collect();
    assert!((center[0] - 148.986_926_33).abs() < 1e-7, "{center:?}");
    assert!((center[1] - 2.100_172_06).abs() < 1e-7, "{center:?}");
    assert_eq!(wcs.axes[0].scale, 0.025);
}

#[test]
fn linear_axes_and_alternates_are_seen() {
    let h = header(&[
        "CTYPE1  = 'FREQ'",
        "CUNIT1  = 'Hz'",
        "CRVAL1  = 1.4E9",
        "CRPIX1  = 1.0",
        "CDELT1  = 1.0E6",
        "CTYPE1A = 'VRAD'",
        "CRVAL1A = 1",
    ]);
    let wcs = Wcs::of(&h, &[11], ' ').unwrap();
    assert_eq!((wcs.axes[0].center, wcs.axes[0].unit.as_str()), (Some(1.405e9), "Hz"));
    assert_eq!(Wcs::alternates(&h).collect::<Vec<_>>(), [' ', 'A']);
    assert_eq!(Wcs::of(&h, &[11], 'A').unwrap().axes[0].ctype, "VRAD");
    assert!(Wcs::of(&h, &[11], 'B').is_none());
}

#[test]
fn a_rotation_in_the_old_way_keeps_the_scale() {
    let h = header(&[
        "CTYPE1  = 'RA---SIN'",
        "CTYPE2  = 'DEC--SIN'",
        "CDELT1  = -0.1",
        "CDELT2  = 0.1",
        "CROTA2  = 30.0",
        "CRPIX1  = 5.5",
        "CRPIX2  = 5.5",
        "CRVAL1  = 10",
        "CRVAL2  = 45",
    ]);
    let wcs = Wcs::of(&h, &[10, 10], ' ').unwrap();
    assert!((wcs.axes[0].scale - 0.1).abs() < 1e-12);
    assert!((wcs.axes[0].center.unwrap() - 10.0).abs() < 1e-9);
    assert!((wcs.axes[1].center.unwrap() - 45.0).abs() < 1e-9);
}
