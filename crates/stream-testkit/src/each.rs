//! A test for each promise.

/// Makes one `#[test]` for each promise of the contract that the given function returns, or for those that are named:
/// `contract_tests! { contract; the_heap_stays_within_the_budget: Budget, }`. With `contract, apart from "libhdf5";` each is checked
/// in a process of its own, which that library may take down ([`apart`](crate::apart())).
#[macro_export]
macro_rules! contract_tests {
    ($contract:path) => {
        $crate::contract_tests! { $contract;
            the_heap_stays_within_the_budget: Budget,
            memory_does_not_grow_with_input: Growth,
            streaming_equals_batch: Streaming,
            no_input_makes_it_panic_hang_or_crash: Survival,
            cancelling_takes_effect_within_one_call: Cancel,
            progress_only_grows: Progress,
            errors_say_where_and_what: Errors,
            reading_never_writes: ReadOnly,
        }
    };
    ($contract:path; $($name:ident: $promise:ident,)*) => {$(
        #[test]
        fn $name() {
            $contract().check_promise($crate::Promise::$promise);
        }
    )*};
    ($contract:path, apart from $library:literal; $($name:ident: $promise:ident,)*) => {$(
        #[test]
        fn $name() {
            let name = concat!(module_path!(), "::", stringify!($name));
            $crate::apart(name, $library, || {
                $contract().check_promise($crate::Promise::$promise);
            });
        }
    )*};
}
