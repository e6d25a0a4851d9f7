//! `peers WORK FILE`: the work of a benchmark's row, as a user of another reader would write it.
use std::hint::black_box;

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn main() -> Outcome {
    let mut arguments = std::env::args().skip(1);
    let (Some(work), Some(file)) = (arguments.next(), arguments.next()) else {
        return Err("usage: peers WORK FILE".into());
    };
    match work.as_str() {
        "hdf5-reader-chunks" => hdf5_reader_chunks(&file),
        "hdf5-reader-parallel" => hdf5_reader_parallel(&file),
        "hdf5-reader-list" => hdf5_reader_list(&file),
        "hdf5-pure-list" => hdf5_pure_list(&file),
        "netcdf-reader-mean" => netcdf_reader_mean(&file),
        "netcdf-reader-header" => netcdf_reader_header(&file),
        other => Err(format!("no work named {other}").into()),
    }
}

fn sum(values: &[f32]) -> f64 {
    let (eights, rest) = values.as_chunks::<8>();
    let mut lanes = [0.0; 8];
    for eight in eights {
        for (lane, value) in lanes.iter_mut().zip(eight) {
            *lane += f64::from(*value);
        }
    }
    lanes.iter().sum::<f64>() + rest.iter().map(|value| f64::from(*value)).sum::<f64>()
}

fn hdf5_reader_chunks(file: &str) -> Outcome {
    let file = hdf5_reader::Hdf5File::open(file)?;
    let mut total = 0.0;
    for chunk in file.dataset("/grp/data")?.iter_chunks()? {
        let chunk = chunk?;
        let (fours, _) = chunk.bytes().as_chunks::<4>();
        total += fours.iter().map(|four| f64::from(f32::from_le_bytes(*four))).sum::<f64>();
    }
    println!("{total}");
    Ok(())
}

fn hdf5_reader_parallel(file: &str) -> Outcome {
    use hdf5_reader::{SliceInfo, SliceInfoElem as Axis};
    let file = hdf5_reader::Hdf5File::open(file)?;
    let data = file.dataset("/grp/data")?;
    let mut total = 0.0;
    for start in (0..data.shape()[0]).step_by(32) {
        let whole = || Axis::Slice { start: 0, end: u64::MAX, step: 1 };
        let rows = Axis::Slice { start, end: start + 32, step: 1 };
        let slab = SliceInfo { selections: vec![rows, whole(), whole()] };
        let values = data.read_slice_parallel::<f32>(&slab)?;
        total += sum(values.as_slice().ok_or("not contiguous")?);
    }
    println!("{total}");
    Ok(())
}

fn hdf5_reader_list(file: &str) -> Outcome {
    fn walk(group: &hdf5_reader::group::Group, seen: &mut (u64, u64)) -> Outcome {
        seen.1 += group.attributes()?.len() as u64;
        let (groups, datasets) = group.members()?;
        for data in datasets {
            seen.0 += 1;
            black_box((data.shape(), data.dtype()));
            for attribute in data.attributes() {
                seen.1 += 1;
                // numbers have no text, and texts no number
                black_box((attribute.read_as_f64().ok(), attribute.read_string().ok()));
            }
        }
        groups.iter().try_for_each(|group| walk(group, seen))
    }
    let file = hdf5_reader::Hdf5File::open(file)?;
    let mut seen = (0, 0);
    walk(&file.root_group()?, &mut seen)?;
    println!("{} datasets, {} attributes", seen.0, seen.1);
    Ok(())
}

fn hdf5_pure_list(file: &str) -> Outcome {
    fn walk(group: &hdf5_pure::Group, seen: &mut (u64, u64)) -> Outcome {
        seen.1 += group.attrs()?.len() as u64;
        for (_, data) in group.iter_datasets()? {
            seen.0 += 1;
            black_box((data.shape()?, data.dtype()?));
            seen.1 += data.attrs()?.len() as u64;
        }
        for (_, inner) in group.iter_groups()? {
            walk(&inner, seen)?;
        }
        Ok(())
    }
    let file = hdf5_pure::File::open_streaming(file)?;
    let mut seen = (0, 0);
    walk(&file.root(), &mut seen)?;
    println!("{} datasets, {} attributes", seen.0, seen.1);
    Ok(())
}

fn netcdf_reader_mean(file: &str) -> Outcome {
    let file = netcdf_reader::NcFile::open(file)?;
    let (mut sums, mut times) = (Vec::new(), 0);
    for slice in file.iter_slices::<f32>("t2m", 0)? {
        let slice = slice?;
        let values = slice.as_slice().ok_or("not contiguous")?;
        sums.resize(values.len(), 0.0);
        sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += f64::from(*value));
        times += 1;
    }
    let means = sums.iter().map(|sum| sum / f64::from(times)).filter(|mean| *mean != -9999.0);
    let (count, total) = means.fold((0_u64, 0.0), |(count, total), mean| (count + 1, total + mean));
    println!("{count} {}", total / count as f64);
    Ok(())
}

fn netcdf_reader_header(file: &str) -> Outcome {
    let file = netcdf_reader::NcFile::open(file)?;
    for variable in file.variables()? {
        println!("{} {:?}", variable.name(), variable.shape());
    }
    Ok(())
}
