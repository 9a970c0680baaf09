//! Manifests: any text is read or refused; what is read, is written and read back the same.

use f1lake_zone::Manifest;

pub fn check(data: &[u8]) {
    let Ok(manifest) = serde_json::from_slice::<Manifest>(data) else { return };
    let printed = serde_json::to_vec_pretty(&manifest).unwrap();
    let again: Manifest = serde_json::from_slice(&printed).unwrap();
    assert_eq!(again, manifest);
    assert_eq!(serde_json::to_vec_pretty(&again).unwrap(), printed);
    // A damaged or hostile manifest must not stop a program that lists what is landed.
    assert_eq!(manifest.path(), format!("_manifest/{}.json", manifest.session_key));
    let _ = (manifest.rows(), manifest.bytes());
    let mut settled = true;
    for days in [0, 1, 30, 3_000_000, u32::MAX] {
        // The longer a session takes to settle, the later it is settled.
        let now = manifest.settled(days);
        assert!(settled || !now || manifest.endpoints.is_empty(), "settled after {days} days, not before");
        settled = now;
    }
}
