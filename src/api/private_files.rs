//! Files that are the user's alone: opened without detours, and believed only if nobody else could
//! have written or read them.
//!
//! A folder for caches can lie anywhere, on a CI host also where other users can write. On Windows
//! the access rights that a folder inherits decide; there are no owners and modes to look at. Must
//! not know what the files hold.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::path::Path;

/// A folder of the user's, which others may look into but not write in.
///
/// # Errors
/// It is not there, a link, somebody else's, or others can write in it.
pub fn check_folder(path: &Path) -> io::Result<()> {
    check_folder_mode(path, 0o022)
}

/// A folder of the user's in which nobody else can do anything.
pub(super) fn check_closed_folder(path: &Path) -> io::Result<()> {
    check_folder_mode(path, 0o077)
}

fn check_folder_mode(path: &Path, forbidden: u32) -> io::Result<()> {
    let metadata = fs::symlink_metadata(path)?;
    if !metadata.is_dir() {
        return Err(unfit("not a folder, or a link to one"));
    }
    check_own(&metadata)?;
    check_mode(&metadata, forbidden)
}

/// Makes the folder and those above it, as far as they are missing, for the user alone.
///
/// # Errors
/// As the system says.
pub fn create_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Opens a file whose content nobody else could have written or read.
///
/// # Errors
/// There is none, a link or a pipe is in its place, or it belongs or is open to others.
pub fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    let file = without_detours(options).open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(unfit("not a file"));
    }
    check_own(&metadata)?;
    check_mode(&metadata, 0o077)?;
    Ok(file)
}

fn unfit(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, why)
}

#[cfg(unix)]
pub(super) fn check_own(metadata: &fs::Metadata) -> io::Result<()> {
    let owner = std::os::unix::fs::MetadataExt::uid(metadata);
    if owner == rustix::process::geteuid().as_raw() {
        Ok(())
    } else {
        Err(unfit("belongs to another user"))
    }
}

#[cfg(unix)]
fn check_mode(metadata: &fs::Metadata, forbidden: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    if metadata.permissions().mode() & forbidden == 0 {
        Ok(())
    } else {
        Err(unfit("open to other users"))
    }
}

#[cfg(not(unix))]
#[expect(
    clippy::unnecessary_wraps,
    reason = "there is something to check on other systems"
)]
pub(super) fn check_own(_: &fs::Metadata) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
#[expect(
    clippy::unnecessary_wraps,
    reason = "there is something to check on other systems"
)]
fn check_mode(_: &fs::Metadata, _: u32) -> io::Result<()> {
    Ok(())
}

/// Opens the very file of that name: follows no link and waits for no other end of a pipe.
pub(super) fn without_detours(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt as _;
        // The flags of this interface are the system's, which are small and positive.
        options.custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed());
    }
    #[cfg(windows)]
    {
        use std::os::windows::fs::OpenOptionsExt as _;
        const FILE_FLAG_OPEN_REPARSE_POINT: u32 = 0x0020_0000;
        options.custom_flags(FILE_FLAG_OPEN_REPARSE_POINT);
    }
    options
}

pub(super) fn owner_only(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}
