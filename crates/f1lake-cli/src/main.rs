//! The program `f1lake`.

fn main() -> std::process::ExitCode {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    allocator::give_freed_memory_back();
    f1lake_cli::main(std::env::args_os())
}

/// By default, glibc adapts to keep freed buffers of up to 32 MiB, on eight heaps per core, and memory grows
/// with the number of sessions.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[allow(unsafe_code, reason = "the only way to tell glibc")]
mod allocator {
    /// Freed buffers from this size on return to the system.
    const THRESHOLD: libc::c_int = 1 << 20;
    /// Interval at which freed smaller buffers return to the system too.
    const PAUSE: std::time::Duration = std::time::Duration::from_millis(500);

    pub(super) fn give_freed_memory_back() {
        // One heap per core, and one for the thread below: two busy threads that share a heap wait for each
        // other.
        let cores = std::thread::available_parallelism().map_or(2, |cores| cores.get().clamp(2, 64));
        let heaps = libc::c_int::try_from(cores + 1).unwrap_or(3);
        // SAFETY: no pointers are passed, and no other thread runs yet.
        unsafe {
            libc::mallopt(libc::M_MMAP_THRESHOLD, THRESHOLD);
            libc::mallopt(libc::M_ARENA_MAX, heaps);
        }
        let trim = || loop {
            std::thread::sleep(PAUSE);
            // SAFETY: takes no pointer, and locks the heaps like any allocation.
            unsafe { libc::malloc_trim(0) };
        };
        // Without this thread, the program only uses more memory.
        drop(std::thread::Builder::new().name("trim".to_owned()).spawn(trim));
    }
}
