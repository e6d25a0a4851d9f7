//! The command.

fn main() -> std::process::ExitCode {
    narrows::command()
}
