//! Configuration: a file and a layer above it are read or refused in words; what is read, is written and read back.

use f1lake::config::{Given, Loaded, SETTINGS, Setting, read_value};
use jiff::Timestamp;
use std::cell::RefCell;
use std::path::PathBuf;

thread_local! {
    static FOLDER: RefCell<Option<tempfile::TempDir>> = const { RefCell::new(None) };
}

fn file(name: &str, text: &[u8]) -> PathBuf {
    FOLDER.with_borrow_mut(|folder| {
        let folder = folder.get_or_insert_with(|| tempfile::tempdir().unwrap());
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    })
}

/// Up to the first NUL the file, then lines `name=value`, which are read as the environment's values are.
pub fn check(data: &[u8]) {
    let (text, above) = match data.iter().position(|byte| *byte == 0) {
        Some(at) => (&data[..at], &data[at + 1..]),
        None => (data, &[][..]),
    };
    let mut flags = Given::flags();
    let given = String::from_utf8_lossy(above)
        .lines()
        .filter_map(|line| line.split_once('='))
        .filter_map(|(name, value)| Some((Setting::named(&name.to_lowercase()).ok()?, name, value)))
        .try_for_each(|(setting, name, value)| flags.add(setting, name, read_value(value)));
    let loaded = match given.and_then(|()| Loaded::read(Some(&file("f1lake.toml", text)), &[flags])) {
        Ok(loaded) => loaded,
        Err(error) => {
            let message = error.to_string();
            assert!(!message.trim().is_empty(), "{message:?}");
            assert!(!message.contains(|c: char| c.is_control() && c != '\n'), "{message:?}");
            return;
        }
    };
    let now: Timestamp = "2025-06-01T00:00:00Z".parse().unwrap();
    let settings = loaded.config.extract_settings(PathBuf::from("_work"), now);
    if loaded.config.endpoints.is_empty() {
        assert!(settings.endpoints.len() >= 14);
    }
    let setting = SETTINGS[data.len() % SETTINGS.len()].name;
    let _ = (loaded.origin(setting), loaded.config.value(setting));
    let printed = toml::to_string(&loaded.config).unwrap();
    let mut again = Loaded::read(Some(&file("printed.toml", printed.as_bytes())), &[])
        .unwrap_or_else(|error| panic!("{error}: {printed}"));
    // Errors name the flags of the one and the lines of the other.
    again.config.names = loaded.config.names;
    assert_eq!(again.config, loaded.config, "{printed}");
}
