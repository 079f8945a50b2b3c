//! Files as they should be, and everything that may be in their place.

mod properties;

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::*;
use crate::api::secret::SecretDigest;
use crate::clock::Clock;

const TOKEN: &str = "the-token-value-4711";

fn key(client_id: &str) -> TokenKey {
    TokenKey {
        token_url: "https://login.example.com/oauth/token".to_owned(),
        audience: "api.example.com".to_owned(),
        client_id: client_id.to_owned(),
        secret: SecretDigest::of(&SecretString::from("secret")),
    }
}

fn file_in(cache: &Path) -> TokenFile {
    TokenFile::new(TokenFolder::new(cache, Clock::system()), &key("one"))
}

fn now() -> Timestamp {
    "2026-10-02T10:00:00Z".parse().unwrap()
}

fn after(seconds: i64) -> Timestamp {
    now() + jiff::SignedDuration::from_secs(seconds)
}

fn token(issued: i64, expires: i64) -> Stored {
    Stored::from(StoredToken {
        value: SecretString::from(TOKEN),
        issued_at: after(issued),
        expires_at: after(expires),
        replaced_at: None,
    })
}

async fn lock(file: &TokenFile) -> Lock {
    match file.try_lock().await {
        Attempt::Locked(lock) => lock,
        Attempt::Busy | Attempt::Impossible => panic!("the lock is free"),
    }
}

async fn value(file: &TokenFile) -> Option<String> {
    let token = file.read(now()).await.token?;
    Some(token.value.expose_secret().to_owned())
}

/// A cache folder with a token in it, and the path of the token's file.
async fn filled() -> (TempDir, TokenFile, PathBuf) {
    let cache = tempfile::tempdir().unwrap();
    let file = file_in(cache.path());
    file.write(token(0, 3600), &lock(&file).await).await;
    assert_eq!(value(&file).await.as_deref(), Some(TOKEN));
    let path = cache.path().join(format!("tokens/{}.json", file.name));
    (cache, file, path)
}

#[tokio::test]
async fn what_is_written_is_read_by_others_with_the_same_credentials_alone() {
    let (cache, _, _) = filled().await;
    assert_eq!(value(&file_in(cache.path())).await.as_deref(), Some(TOKEN));
    let folder = || TokenFolder::new(cache.path(), Clock::system());
    let mut others = [key("two"), key("one"), key("one"), key("one")];
    others[1].audience.clear();
    others[2].token_url.clear();
    others[3].secret = SecretDigest::of(&SecretString::from("changed"));
    for other in others {
        assert_eq!(value(&TokenFile::new(folder(), &other)).await, None);
    }
    // Where one field ends and the next begins makes a difference.
    let [mut one, mut two] = [key("bc"), key("c")];
    one.audience = "a".to_owned();
    two.audience = "ab".to_owned();
    assert_ne!(
        TokenFile::new(folder(), &one).name,
        TokenFile::new(folder(), &two).name
    );
}

#[tokio::test]
async fn nothing_is_touched_before_it_is_needed() {
    let cache = tempfile::tempdir().unwrap();
    let below = cache.path().join("not/there");
    let file = file_in(&below);
    assert_eq!(value(&file).await, None);
    assert_eq!(fs::read_dir(cache.path()).unwrap().count(), 0);
    file.write(token(0, 60), &lock(&file).await).await;
    assert_eq!(value(&file).await.as_deref(), Some(TOKEN));
}

#[tokio::test]
async fn a_lock_is_one_holders_until_it_is_dropped() {
    let cache = tempfile::tempdir().unwrap();
    let file = file_in(cache.path());
    let held = lock(&file).await;
    let other = file_in(cache.path());
    assert!(matches!(other.try_lock().await, Attempt::Busy));
    // Nobody needs it to read.
    file.write(token(0, 60), &held).await;
    assert_eq!(value(&other).await.as_deref(), Some(TOKEN));
    drop(held);
    assert!(matches!(other.try_lock().await, Attempt::Locked(_)));
}

#[tokio::test]
async fn times_that_make_no_sense_do_not_count() {
    let cache = tempfile::tempdir().unwrap();
    let file = file_in(cache.path());
    for (issued, expires, counts) in [
        (-3600, 1, true),
        (-3600, 0, false),
        // Written a moment ago by a clock that was a moment ahead.
        (4, 3600, true),
        // Written before the clock was set back.
        (60, 3600, false),
        // No token lives for years.
        (-3600, 400_000_000, false),
        (3600, -3600, false),
    ] {
        file.write(token(issued, expires), &lock(&file).await).await;
        assert_eq!(value(&file).await.is_some(), counts, "{issued} {expires}");
    }
}

#[tokio::test]
async fn what_is_torn_foreign_or_too_large_is_left_and_replaced() {
    let (_cache, file, path) = filled().await;
    let good = fs::read_to_string(&path).unwrap();
    let half = &good[..good.len() / 2];
    let changed = |change: fn(&mut Stored)| {
        let mut stored: Stored = serde_json::from_str(&good).unwrap();
        stored.sum.clear();
        change(&mut stored);
        stored.sum = stored.sum().unwrap();
        serde_json::to_string(&stored).unwrap()
    };
    assert_eq!(changed(|_| {}), good);
    let renamed = changed(|stored| stored.of = "token-0123".to_owned());
    let newer = changed(|stored| stored.format = 2);
    let large = good.replace('{', &format!("{{{}", " ".repeat(40_000)));
    for text in [
        half,
        "",
        "[]",
        "null",
        "\u{0}\u{0}",
        &renamed,
        &newer,
        &large,
    ] {
        fs::write(&path, text).unwrap();
        assert_eq!(value(&file).await, None, "{text:.40}");
    }
    file.write(token(0, 3600), &lock(&file).await).await;
    assert_eq!(value(&file).await.as_deref(), Some(TOKEN));
    // A folder where the file should be stays as it is.
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    file.write(token(0, 3600), &lock(&file).await).await;
    assert_eq!(value(&file).await, None);
    assert_eq!(
        names(path.parent().unwrap()).len(),
        2,
        "nothing is left lying about"
    );
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[tokio::test]
async fn a_file_in_the_place_of_the_folder_means_no_files() {
    let cache = tempfile::tempdir().unwrap();
    let in_the_way = cache.path().join("file");
    fs::write(&in_the_way, "").unwrap();
    for place in [in_the_way.clone(), in_the_way.join("below")] {
        let file = file_in(&place);
        assert!(matches!(file.try_lock().await, Attempt::Impossible));
        assert_eq!(value(&file).await, None);
    }
}

#[cfg(unix)]
mod on_unix {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn is_root() -> bool {
        rustix::process::geteuid().is_root()
    }

    fn give_away(path: &Path) {
        std::os::unix::fs::chown(path, Some(12_345), None).unwrap();
    }

    #[tokio::test]
    async fn folder_and_files_are_the_users_alone() {
        let (cache, _, path) = filled().await;
        assert_eq!(mode(&cache.path().join("tokens")), 0o700);
        for name in names(&cache.path().join("tokens")) {
            assert_eq!(mode(&cache.path().join("tokens").join(name)), 0o600);
        }
        assert!(fs::read_to_string(path).unwrap().contains(TOKEN));
    }

    /// Another user can neither read what is written, nor have us believe what is there.
    async fn assert_unused(cache: &Path, file: &TokenFile) {
        assert_eq!(value(file).await, None);
        if let Attempt::Locked(lock) = file.try_lock().await {
            file.write(token(0, 3600), &lock).await;
        }
        let found = walk(cache);
        assert!(found.iter().all(|path| !holds_token(path)), "{found:?}");
    }

    fn holds_token(path: &Path) -> bool {
        fs::read(path).is_ok_and(|text| String::from_utf8_lossy(&text).contains(TOKEN))
    }

    fn walk(folder: &Path) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            found.push(entry.path());
            if entry.file_type().unwrap().is_dir() {
                found.extend(walk(&entry.path()));
            }
        }
        found
    }

    #[tokio::test]
    async fn folders_open_to_others_are_not_used() {
        for (folder, opened) in [
            ("tokens", 0o755),
            ("tokens", 0o710),
            ("", 0o777),
            ("", 0o1777),
        ] {
            let (cache, file, path) = filled().await;
            fs::remove_file(path).unwrap();
            set_mode(&cache.path().join(folder), opened);
            assert_unused(cache.path(), &file).await;
        }
        // A cache folder that others may read holds one that they may not.
        let (cache, file, _) = filled().await;
        set_mode(cache.path(), 0o755);
        assert_eq!(value(&file).await.as_deref(), Some(TOKEN));
    }

    #[tokio::test]
    async fn links_are_not_followed() {
        let elsewhere = tempfile::tempdir().unwrap();
        set_mode(elsewhere.path(), 0o700);
        // In the place of the cache folder, and of the folder in it.
        let outer = tempfile::tempdir().unwrap();
        symlink(elsewhere.path(), outer.path().join("link")).unwrap();
        assert_unused(elsewhere.path(), &file_in(&outer.path().join("link"))).await;
        let cache = tempfile::tempdir().unwrap();
        symlink(elsewhere.path(), cache.path().join("tokens")).unwrap();
        assert_unused(elsewhere.path(), &file_in(cache.path())).await;

        // In the place of the file: neither read nor written through, but replaced.
        let (_cache, file, path) = filled().await;
        let target = elsewhere.path().join("target");
        fs::rename(&path, &target).unwrap();
        symlink(&target, &path).unwrap();
        assert_eq!(value(&file).await, None);
        fs::write(&target, "untouched").unwrap();
        file.write(token(0, 3600), &lock(&file).await).await;
        assert_eq!(value(&file).await.as_deref(), Some(TOKEN));
        assert_eq!(fs::read_to_string(&target).unwrap(), "untouched");

        // In the place of the lock, and of the file that is about to replace another.
        let (cache, file, path) = filled().await;
        symlink(&target, path.with_extension("new")).unwrap();
        file.write(token(0, 3600), &lock(&file).await).await;
        assert_eq!(fs::read_to_string(&target).unwrap(), "untouched");
        let lock = cache.path().join(format!("tokens/{}.lock", file.name));
        fs::remove_file(&lock).unwrap();
        symlink(&target, &lock).unwrap();
        assert!(matches!(file.try_lock().await, Attempt::Impossible));
    }

    #[tokio::test]
    async fn a_file_that_others_could_read_is_not_believed_but_replaced() {
        let (_cache, file, path) = filled().await;
        for opened in [0o644, 0o640, 0o606, 0o622] {
            set_mode(&path, opened);
            assert_eq!(value(&file).await, None, "{opened:o}");
        }
        file.write(token(0, 3600), &lock(&file).await).await;
        assert_eq!(value(&file).await.as_deref(), Some(TOKEN));
        assert_eq!(mode(&path), 0o600);
    }

    #[tokio::test]
    async fn a_pipe_in_the_place_of_a_file_does_not_hang() {
        let (_cache, file, path) = filled().await;
        fs::remove_file(&path).unwrap();
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        assert_eq!(value(&file).await, None);
        file.write(token(0, 3600), &lock(&file).await).await;
        assert_eq!(value(&file).await.as_deref(), Some(TOKEN));
    }

    /// Only root can give files away, and only others than root cannot write everywhere.
    #[tokio::test]
    async fn what_belongs_to_others_is_not_used() {
        if !is_root() {
            let (cache, file, _) = filled().await;
            set_mode(&cache.path().join("tokens"), 0o500);
            assert!(matches!(file.try_lock().await, Attempt::Locked(_)));
            let other = TokenFile::new(file.folder.clone(), &key("other"));
            assert!(matches!(other.try_lock().await, Attempt::Impossible));
            set_mode(&cache.path().join("tokens"), 0o700);
            return;
        }
        for folder in ["tokens", ""] {
            let (cache, file, path) = filled().await;
            fs::remove_file(path).unwrap();
            give_away(&cache.path().join(folder));
            assert_unused(cache.path(), &file).await;
        }
        let (cache, file, path) = filled().await;
        give_away(&path);
        assert_eq!(value(&file).await, None);
        give_away(&cache.path().join(format!("tokens/{}.lock", file.name)));
        assert!(matches!(file.try_lock().await, Attempt::Impossible));
    }
}

#[test]
fn debug_shows_no_token() {
    let shown = format!("{:?}", token(0, 60));
    assert!(!shown.contains(TOKEN), "{shown}");
}
