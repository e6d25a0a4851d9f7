//! The same statistics for every way to split the data, and the right ones.
#![allow(clippy::unwrap_used, clippy::panic, clippy::arithmetic_side_effects)]

use proptest::prelude::*;
use stream_analysis::{Answer, Findings, Measures, Numbers, Set, Value};
use stream_core::memory::{Budget, Buf};
use stream_core::{Chunk, DType, Dims};

fn budget() -> Budget {
    Budget::new("test", 64 << 20)
}

fn chunk(dtype: DType, origin: &[u64], shape: &[u64], bytes: &[u8]) -> Chunk {
    let mut buf = Buf::unpooled(&budget(), bytes.len()).unwrap();
    buf.copy_from_slice(bytes);
    Chunk::new(0, Dims::from(origin), Dims::from(shape), dtype, buf).unwrap()
}

const SHARES: [f64; 5] = [0.0, 0.25, 0.5, 0.9, 1.0];

fn answer(set: &Set) -> Answer {
    set.answer(&["a".to_owned()], 10, &SHARES)
}

fn only(answer: &Answer) -> &Numbers {
    match &answer.entries[0].columns[0].findings {
        Findings::Numbers(n) => n,
        other => panic!("{other:?}"),
    }
}

/// Folds `bytes` of one axis in pieces that end at `cuts`, piece by piece into sets chosen by `turns`, merged from the last.
fn split(dtype: &DType, bytes: &[u8], cuts: &[usize], turns: &[usize]) -> Answer {
    let size = dtype.size().unwrap();
    let n = bytes.len() / size;
    let mut ends: Vec<usize> = cuts.iter().map(|c| c % (n + 1)).chain([0, n]).collect();
    ends.sort_unstable();
    let mut pieces: Vec<(usize, usize)> = ends.windows(2).map(|w| (w[0], w[1])).collect();
    let mut sets: Vec<Set> = (0..3).map(|_| Set::new(Measures::ALL, &budget())).collect();
    for i in 0..pieces.len() {
        let turn = turns.get(i).copied().unwrap_or(i);
        let len = pieces.len();
        pieces.swap(i, turn % len);
    }
    for (i, &(from, to)) in pieces.iter().enumerate() {
        let piece = &bytes[from * size..to * size];
        let c = chunk(dtype.clone(), &[from as u64], &[(to - from) as u64], piece);
        sets[turns.get(i).copied().unwrap_or(0) % 3].add(&c).unwrap();
    }
    let mut all = sets.pop().unwrap();
    while let Some(set) = sets.pop() {
        all.merge(set);
    }
    answer(&all)
}

fn whole(dtype: &DType, bytes: &[u8]) -> Answer {
    split(dtype, bytes, &[], &[])
}

/// Numbers of every kind: near each other, far apart, subnormal, infinite, NaN.
fn doubles() -> impl Strategy<Value = Vec<f64>> {
    let one = prop_oneof![
        4 => -100.0..100.0f64,
        2 => any::<f64>(),
        1 => Just(f64::NAN),
        1 => Just(-0.0),
        1 => (0u64..50).prop_map(f64::from_bits),
    ];
    prop::collection::vec(one, 0..3000)
}

fn bytes64(numbers: &[f64]) -> Vec<u8> {
    numbers.iter().flat_map(|x| x.to_ne_bytes()).collect()
}

fn bytes32(numbers: &[f64]) -> Vec<u8> {
    numbers.iter().flat_map(|x| (*x as f32).to_ne_bytes()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    #[test]
    fn any_split_and_order_gives_the_same_bits(
        numbers in doubles(),
        cuts in prop::collection::vec(any::<usize>(), 0..12),
        turns in prop::collection::vec(any::<usize>(), 0..14),
    ) {
        for (dtype, bytes) in [(DType::F64, bytes64(&numbers)), (DType::F32, bytes32(&numbers))] {
            let one = whole(&dtype, &bytes).encode();
            prop_assert_eq!(&split(&dtype, &bytes, &cuts, &turns).encode(), &one);
        }
        // the same bytes as integers of each width
        for dtype in [DType::I8, DType::U8, DType::I16, DType::U16, DType::I32, DType::U32, DType::I64, DType::U64, DType::F16] {
            let bytes = bytes32(&numbers);
            let bytes = &bytes[..bytes.len() / 8 * 8];
            let one = whole(&dtype, bytes).encode();
            prop_assert_eq!(&split(&dtype, bytes, &cuts, &turns).encode(), &one);
        }
    }

    #[test]
    fn quantiles_keep_their_error_and_histograms_their_counts(numbers in doubles()) {
        for single in [false, true] {
            let (dtype, bytes) =
                if single { (DType::F32, bytes32(&numbers)) } else { (DType::F64, bytes64(&numbers)) };
            let narrow = |x: &f64| if single { f64::from(*x as f32) } else { *x };
            let mut finite: Vec<f64> = numbers.iter().map(narrow).filter(|x| x.is_finite()).collect();
            finite.sort_by(f64::total_cmp);
            let all = whole(&dtype, &bytes);
            let found = only(&all);
            prop_assert_eq!(found.count, finite.len() as u64);
            if finite.is_empty() {
                continue;
            }
            for q in &found.quantiles {
                let rank = ((q.share * finite.len() as f64).ceil() as usize).clamp(1, finite.len());
                let exact = finite[rank - 1];
                prop_assert!((q.value - exact).abs() <= q.error, "{q:?} is not {exact}");
            }
            let h = found.histogram.as_ref().unwrap();
            prop_assert_eq!(h.counts.iter().sum::<u64>(), found.count);
            prop_assert!(h.edges.windows(2).all(|w| w[0] <= w[1]));
            for (i, pair) in h.edges.windows(2).enumerate() {
                let (low, high) = (pair[0], pair[1]);
                let last = i + 2 == h.edges.len();
                let above = |x: f64| i == 0 || if low >= 0.0 { x >= low } else { x > low };
                let below = |x: f64| last || if high >= 0.0 { x < high } else { x <= high };
                let counted = finite.iter().filter(|x| above(**x) && below(**x)).count() as u64;
                // a wanted edge within a gap parts on both sides
                prop_assert!(counted.abs_diff(h.counts[i]) == 0, "{pair:?}: {counted} {}", h.counts[i]);
            }
        }
    }

    #[test]
    fn moments_of_integers_are_those_of_exact_fractions(numbers in prop::collection::vec(-1_000_000i64..1_000_000, 1..2000)) {
        let bytes: Vec<u8> = numbers.iter().flat_map(|n| n.to_ne_bytes()).collect();
        let all = whole(&DType::I64, &bytes);
        let found = only(&all);
        let n = numbers.len() as i128;
        let sum: i128 = numbers.iter().map(|&x| i128::from(x)).sum();
        let squares: i128 = numbers.iter().map(|&x| i128::from(x).pow(2)).sum();
        prop_assert_eq!(found.sum, Some(Value::Integer(sum)));
        prop_assert_eq!(found.mean, Some(sum as f64 / n as f64));
        // both are below 2^63 and 2^24: the quotient of doubles is off by less than two units
        let variance = (n * squares - sum * sum) as f64 / (n * n) as f64;
        let off = (found.variance.unwrap() - variance).abs();
        prop_assert!(off <= variance * 4.0 * f64::EPSILON);
        let least = *numbers.iter().min().unwrap();
        let at = numbers.iter().position(|x| *x == least).unwrap();
        let min = found.min.as_ref().unwrap();
        prop_assert_eq!((min.value, &*min.at), (Value::Integer(least.into()), &[at as u64][..]));
    }
}

#[test]
fn the_variance_of_numbers_far_from_zero_is_not_cancelled() {
    // mean 1e9 + 10, deviations -6, -3, 3, 6: variance 22.5
    let numbers = [1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0, 1e9 + 16.0];
    let all = whole(&DType::F64, &bytes64(&numbers));
    let found = only(&all);
    assert_eq!((found.mean, found.variance), (Some(1e9 + 10.0), Some(22.5)));
    assert_eq!(found.deviation, Some(22.5f64.sqrt()));
    // 1e16 + 2 and 1e16: mean 1e16 + 1 is no double, and rounds to even
    let all = whole(&DType::F64, &bytes64(&[1e16 + 2.0, 1e16]));
    assert_eq!(only(&all).variance, Some(1.0));
    let all = whole(&DType::F64, &bytes64(&[1e-170, 3e-170]));
    assert_eq!(only(&all).variance, Some(0.0), "1e-340 is below the smallest double");
    let deviation = only(&all).deviation.unwrap();
    assert!((deviation - 1e-170).abs() < 1e-185, "{deviation:e}");
    let all = whole(&DType::F64, &bytes64(&[f64::MAX, -f64::MAX]));
    assert_eq!((only(&all).mean, only(&all).variance), (Some(0.0), Some(f64::INFINITY)));
    assert_eq!(only(&all).deviation, Some(f64::MAX));
}

#[test]
fn statistics_are_those_of_numpy() {
    // numpy 2: a = np.sin(np.arange(10000.0)) * 100; math.fsum(a), a.min(), a.argmin(), a.max(), a.argmax(), np.std(a),
    // np.quantile(a, [.25, .5, .9], method="inverted_cdf")
    let numbers: Vec<f64> = (0..10_000).map(|i| f64::from(i).sin() * 100.0).collect();
    let all = whole(&DType::F64, &bytes64(&numbers));
    let found = only(&all);
    let sum = found.sum.unwrap().to_f64();
    assert!((sum - NUMPY_SUM).abs() < 1e-9, "{sum}");
    let (min, max) = (found.min.as_ref().unwrap(), found.max.as_ref().unwrap());
    assert_eq!((&*min.at, &*max.at), (&[NUMPY_ARGMIN][..], &[NUMPY_ARGMAX][..]));
    assert!((found.deviation.unwrap() - NUMPY_STD).abs() < 1e-12);
    for (q, exact) in found.quantiles[1..4].iter().zip(NUMPY_QUANTILES) {
        assert!((q.value - exact).abs() <= q.error, "{q:?} {exact}");
        assert!(q.error <= exact.abs() * 2f64.powi(-10) + 1e-12, "{q:?}");
    }
}

const NUMPY_SUM: f64 = 193.95054106807154;
const NUMPY_ARGMIN: u64 = 9574;
const NUMPY_ARGMAX: u64 = 9929;
const NUMPY_STD: f64 = 70.70968463884536;
const NUMPY_QUANTILES: [f64; 3] = [-70.834004206636, 0.006028870669158527, 95.10639681125855];

#[test]
fn tiles_in_any_order_name_the_first_element_in_c_order() {
    // 4 x 6, the least value 1 at (1, 4) and (2, 0): tiles of 2 x 3, read backwards
    let mut values = [9u8; 24];
    values[6 + 4] = 1;
    values[2 * 6] = 1;
    let mut set = Set::new(Measures::ALL, &budget());
    for (row, column) in [(2, 3), (2, 0), (0, 3), (0, 0)] {
        let tile: Vec<u8> = (0..6).map(|i| values[(row + i / 3) * 6 + column + i % 3]).collect();
        set.add(&chunk(DType::U8, &[row as u64, column as u64], &[2, 3], &tile)).unwrap();
    }
    let all = answer(&set);
    let min = only(&all).min.clone().unwrap();
    assert_eq!((min.value, &*min.at), (Value::Integer(1), &[1, 4][..]));
    assert_eq!(only(&all).values, [(1, 2), (9, 22)]);
    assert_eq!(Answer::decode(&all.encode()).unwrap(), all);
}

#[test]
fn members_of_structs_are_columns_of_their_own() {
    use stream_core::Member;
    let member = |name: &str, dtype| Member { name: name.into(), dtype };
    let dtype = DType::Struct(
        [member("n", DType::I16), member("z", DType::C64), member("t", DType::StrN(3))].into(),
    );
    let mut bytes = Vec::new();
    for i in 0..1500i16 {
        bytes.extend(i.to_ne_bytes());
        bytes.extend(f32::from(i).to_ne_bytes());
        bytes.extend((-0.5f32).to_ne_bytes());
        bytes.extend(if i == 7 { *b"ab " } else { *b"\0zz" });
    }
    let all = whole(&dtype, &bytes);
    let columns = &all.entries[0].columns;
    let names: Vec<_> = columns.iter().map(|c| (c.member.as_str(), c.dtype.as_str())).collect();
    assert_eq!(names, [("n", "i16"), ("z.re", "f32"), ("z.im", "f32"), ("t", "str:3")]);
    let Findings::Numbers(im) = &columns[2].findings else { panic!() };
    assert_eq!((im.mean, im.deviation), (Some(-0.5), Some(0.0)));
    let Findings::Texts(t) = &columns[3].findings else { panic!() };
    assert_eq!((t.count, t.empty, t.max_length, t.total_length), (1500, 1499, Some(2), 2));
}

#[test]
fn a_budget_without_room_for_bins_refuses_before_anything_was_added() {
    let small = Budget::new("small", 100 << 10);
    let c = chunk(DType::F32, &[0], &[1], &1f32.to_ne_bytes());
    let mut set = Set::new(Measures::ALL, &small);
    let e = set.add(&c).unwrap_err();
    assert!(e.resumable() && e.over_budget().is_some());
    let mut set = Set::new(Measures::EXTREMES, &small);
    set.add(&c).unwrap();
}
