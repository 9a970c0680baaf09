//! The program `f1lake`.

fn main() -> std::process::ExitCode {
    f1lake::main(std::env::args_os())
}
