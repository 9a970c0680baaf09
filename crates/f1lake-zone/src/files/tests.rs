//! Tests of writing files.

use super::*;

const BOTH: [Strategy; 2] = [Strategy::Rename, Strategy::OnePass];

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    names
}

#[test]
fn a_file_shows_when_it_is_committed_and_not_before() {
    for strategy in BOTH {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/laps.json");
        let large: Vec<u8> = (0..3 * BUFFER + 7).map(|i| (i % 251) as u8).collect();
        let mut file = NewFile::create_by(path.clone(), strategy).unwrap();
        file.write_all(&large).unwrap();
        assert!(!path.exists(), "{strategy:?}");
        file.commit(Existing::Keep).unwrap();
        assert!(std::fs::read(&path).unwrap() == large, "{strategy:?}");

        let mut given_up = NewFile::create_by(path.clone(), strategy).unwrap();
        given_up.write_all(b"half").unwrap();
        drop(given_up);
        assert!(std::fs::read(&path).unwrap() == large, "{strategy:?}");
        assert_eq!(names(path.parent().unwrap()), ["laps.json"], "{strategy:?}");
    }
}

#[test]
fn existing_files_are_kept_or_replaced_as_requested() {
    for strategy in BOTH {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("laps.json");
        write_by(&path, &b"first, and longer"[..], Existing::Keep, strategy).unwrap();
        let refused = write_by(&path, &b"second"[..], Existing::Keep, strategy).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::AlreadyExists, "{strategy:?}");
        assert_eq!(std::fs::read(&path).unwrap(), b"first, and longer");
        write_by(&path, &b"second"[..], Existing::Replace, strategy).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"second");

        let source = folder.path().join("source");
        std::fs::write(&source, "third").unwrap();
        let refused = write_by(&path, File::open(&source).unwrap(), Existing::Keep, strategy).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::AlreadyExists, "{strategy:?}");
        write_by(&path, File::open(&source).unwrap(), Existing::Replace, strategy).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"third");
        assert_eq!(names(folder.path()), ["laps.json", "source"], "{strategy:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_and_a_device_is_written_straight() {
    let folder = tempfile::tempdir().unwrap();
    let [target, link] = ["laps.csv", "latest.csv"].map(|name| folder.path().join(name));
    std::fs::write(&target, "old").unwrap();
    std::os::unix::fs::symlink(&target, &link).unwrap();
    write_file(&link, b"new", Existing::Replace).unwrap();
    assert_eq!(std::fs::read(&target).unwrap(), b"new");
    assert!(link.is_symlink());
    write_file(Path::new("/dev/null"), b"new", Existing::Replace).unwrap();
    let refused = write_file(folder.path(), b"new", Existing::Replace).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::IsADirectory);
}

#[test]
fn a_refused_move_keeps_the_source() {
    let folder = tempfile::tempdir().unwrap();
    let [source, path] = ["source", "laps.json"].map(|name| folder.path().join(name));
    std::fs::write(&source, "new").unwrap();
    std::fs::write(&path, "old").unwrap();
    let refused = move_file(&source, &path, Existing::Keep).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::AlreadyExists);
    assert_eq!(
        (std::fs::read(&source).unwrap(), std::fs::read(&path).unwrap()),
        (b"new".into(), b"old".into())
    );
    move_file(&source, &path, Existing::Replace).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"new");
    assert_eq!(names(folder.path()), ["laps.json"]);
}

#[cfg(unix)]
#[test]
fn files_have_the_mode_that_the_umask_leaves() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let mode = |name: &str| std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777;
    std::fs::write(folder.path().join("usual"), "").unwrap();
    for strategy in BOTH {
        let name = format!("{strategy:?}");
        write_by(&folder.path().join(&name), &b""[..], Existing::Keep, strategy).unwrap();
        assert_eq!(mode(&name), mode("usual"), "{name}");
    }
}

#[test]
fn strategy_depends_on_path() {
    assert_eq!(Strategy::of(Path::new("/Volumes/main/f1/raw/laps.json")), Strategy::OnePass);
    for other in ["/Volumes", "/data/Volumes/main/laps.json", "Volumes/laps.json", "laps.json"] {
        assert_eq!(Strategy::of(Path::new(other)), Strategy::Rename, "{other}");
    }
}
