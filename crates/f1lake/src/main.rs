//! The program `f1lake`.

fn main() -> std::process::ExitCode {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    give_large_buffers_back();
    f1lake::main(std::env::args_os())
}

/// Left alone, glibc learns to keep freed buffers of up to 32 MiB, on eight heaps for each core, and memory grows with the number
/// of sessions. With a fixed threshold large ones go back to the system at once; a heap for each core is enough.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[allow(unsafe_code, reason = "the only way to tell glibc; it sets two numbers, before there are threads")]
fn give_large_buffers_back() {
    const THRESHOLD: libc::c_int = 1 << 20;
    let cores = std::thread::available_parallelism().map_or(2, |cores| cores.get().clamp(2, 64));
    let heaps = libc::c_int::try_from(cores).unwrap_or(2);
    // SAFETY: no pointers are passed, and no other thread runs yet.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, THRESHOLD);
        libc::mallopt(libc::M_ARENA_MAX, heaps);
    }
}
