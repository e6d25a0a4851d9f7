use super::*;

fn whole(shape: &[u64]) -> Vec<Extent> {
    shape.iter().map(|&count| Extent { start: 0, count, step: 1 }).collect()
}

/// Every wanted pixel of every chunk, as (place in the region, pixel of the array).
fn pixels(grid: &Grid, wanted: &[Extent]) -> Vec<(Vec<u64>, Vec<u64>)> {
    let mut found = Vec::new();
    for chunk in 0..grid.chunks() {
        let piece = grid.piece(chunk);
        let place = piece.place(0);
        let mut tile = piece.first();
        loop {
            let mut picks = Vec::new();
            grid.picks(&piece, &tile, &mut picks);
            let mut all: Vec<(Vec<u64>, Vec<u64>)> = vec![(vec![], vec![])];
            for (axis, pick) in picks.iter().enumerate() {
                let low = tile[axis] * grid.axes[axis].tile;
                assert!(pick.to + pick.count <= place.shape[axis]);
                all = (0..pick.count)
                    .flat_map(|n| {
                        all.iter().map(move |(to, from)| {
                            let mut next = (to.clone(), from.clone());
                            next.0.push(pick.to + n);
                            next.1.push(low + pick.from + n * pick.step);
                            assert!(pick.from + n * pick.step < pick.extent);
                            next
                        })
                    })
                    .collect();
            }
            for (mut to, from) in all {
                to.iter_mut().zip(place.origin.iter()).for_each(|(to, origin)| *to += origin);
                for ((to, from), want) in to.iter().zip(&from).zip(wanted) {
                    assert_eq!(*from, want.start + to * want.step);
                }
                found.push((to, from));
            }
            if !piece.advance(&mut tile) {
                break;
            }
        }
    }
    found
}

#[test]
fn rows_are_grouped_to_slabs_of_the_wanted_size() {
    let shape = [10, 100];
    let grid = Grid::new(&shape, &[1, 100], &whole(&shape), 350).unwrap();
    let shapes: Vec<Dims> = (0..grid.chunks()).map(|n| grid.piece(n).shape()).collect();
    assert_eq!(shapes, [3, 3, 3, 1].map(|rows| Dims::from([rows, 100])));
    assert_eq!(grid.piece(2).place(7).origin, Dims::from([6, 0]));
    assert_eq!(grid.run(&grid.piece(1), &[4, 0]), 2);
}

#[test]
fn tiles_of_a_column_are_grouped_and_read_one_by_one() {
    let shape = [4, 4];
    let wanted = [Extent { start: 0, count: 4, step: 1 }, Extent { start: 1, count: 1, step: 1 }];
    let grid = Grid::new(&shape, &[1, 2], &wanted, 6).unwrap();
    assert_eq!(grid.piece(0).shape(), Dims::from([3, 1]));
    assert_eq!(grid.run(&grid.piece(0), &[0, 0]), 1);
}

#[test]
fn planes_of_a_cube_are_grouped_when_a_chunk_holds_several() {
    let shape = [6, 4, 5];
    let grid = Grid::new(&shape, &[1, 2, 5], &whole(&shape), 45).unwrap();
    assert_eq!(grid.piece(0).shape(), Dims::from([2, 4, 5]));
    assert_eq!(grid.chunks(), 3);
    assert_eq!(grid.run(&grid.piece(0), &[0, 1, 0]), 3);
    assert_eq!(grid.number(&[2, 1, 0]), 5);
}

#[test]
fn nothing_wanted_makes_no_chunk() {
    let wanted = [Extent { start: 3, count: 0, step: 1 }];
    assert_eq!(Grid::new(&[10], &[2], &wanted, 4).unwrap().chunks(), 0);
}

proptest::proptest! {
    #[test]
    fn every_wanted_pixel_is_in_one_chunk(
        axes in proptest::collection::vec((1u64..9, 1u64..6, 0u64..9, 0u64..9, 1u64..6), 1..4),
        size in 1u64..60,
    ) {
        let shape: Vec<u64> = axes.iter().map(|axis| axis.0).collect();
        let tile: Vec<u64> = axes.iter().map(|axis| axis.1).collect();
        let wanted: Vec<Extent> = axes
            .iter()
            .map(|&(extent, _, start, stop, step)| {
                let (start, stop) = (start.min(extent), stop.min(extent));
                let count = stop.saturating_sub(start).div_ceil(step);
                Extent { start, count, step }
            })
            .collect();
        let grid = Grid::new(&shape, &tile, &wanted, size).unwrap();
        let mut found = pixels(&grid, &wanted);
        let expected: u64 = wanted.iter().map(|want| want.count).product();
        assert_eq!(found.len() as u64, expected);
        found.sort();
        found.dedup();
        assert_eq!(found.len() as u64, expected);
    }
}
