//! What users call settings: flags on a command line, keywords of a function.

/// What messages call settings and options.
///
/// ```
/// use f1lake::config::Names;
///
/// assert_eq!(Names::Settings.of("landing_path"), "landing_path");
/// assert_eq!(Names::Flags.of("landing_path"), "--out");
/// assert_eq!(Names::Keywords.of("landing_path"), "out");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Names {
    /// As in the configuration file.
    #[default]
    Settings,
    /// As flags of the program.
    Flags,
    /// As keywords of the Python functions.
    Keywords,
}
