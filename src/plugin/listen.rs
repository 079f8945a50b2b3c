//! Where the plugin listens: a unix socket, or TCP on the loopback interface where there is none.
//!
//! Knows nothing of TLS, gRPC or the environment.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
#[cfg(unix)]
use std::path::{Path, PathBuf};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::net::UnixListener;

/// Longest path a unix socket can have, without the final zero byte.
#[cfg(unix)]
const LONGEST_PATH: usize = if cfg!(target_os = "linux") { 107 } else { 103 };

/// How many random names are tried before giving up. A collision needs a name already taken out
/// of ten thousand million.
#[cfg(unix)]
const NAMES_TRIED: usize = 16;

/// Where to listen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Network {
    /// A unix socket under a fresh name.
    #[cfg(unix)]
    Unix {
        /// The directory in which the socket is made.
        directory: PathBuf,
        /// Name or number of a group that may connect, beside the owner.
        group: Option<String>,
    },
    /// The first free port of a range, on 127.0.0.1. Port 0 lets the system choose.
    Tcp {
        /// The ports to try, in order.
        ports: RangeInclusive<u16>,
    },
}

/// Why the plugin cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The socket's path does not fit into the system's address structure.
    #[error(
        "the path of the socket, {path}, has {length} bytes; this system allows {limit}. Set \
         TMPDIR, or PLUGIN_UNIX_SOCKET_DIR, to a directory with a shorter path"
    )]
    PathTooLong {
        /// The path that was to be used.
        path: String,
        /// Its length in bytes.
        length: usize,
        /// The most this system takes.
        limit: usize,
    },
    /// The socket's path cannot be told to the host.
    #[error(
        "the directory {path:?} cannot hold the plugin's socket: its path must be UTF-8 without \
         line feeds and without the character `|`. Set TMPDIR, or PLUGIN_UNIX_SOCKET_DIR, to \
         another directory"
    )]
    PathUnspeakable {
        /// The directory, as the system knows it.
        path: std::ffi::OsString,
    },
    /// The system refused to make the socket.
    #[error(
        "cannot make the socket {path}: {source}. Set TMPDIR, or PLUGIN_UNIX_SOCKET_DIR, to a \
         directory in which this user may make files"
    )]
    MakeSocket {
        /// The socket's path.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// The system refused to use a port it had given.
    #[error("cannot use port {port} on 127.0.0.1: {source}")]
    UsePort {
        /// The port.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// No port of the range is free.
    #[error("no free TCP port on 127.0.0.1 from {first} to {last}")]
    NoFreePort {
        /// First port tried.
        first: u16,
        /// Last port tried.
        last: u16,
    },
    /// A port variable is not a port number.
    #[error("{variable} is {value:?}, which is not a port number")]
    BadPort {
        /// The variable's name.
        variable: &'static str,
        /// Its value.
        value: String,
    },
    /// The range of ports is empty.
    #[error("PLUGIN_MIN_PORT ({first}) is greater than PLUGIN_MAX_PORT ({last})")]
    EmptyPortRange {
        /// First port to try.
        first: u16,
        /// Last port to try.
        last: u16,
    },
    /// The group for the socket does not exist.
    #[error("PLUGIN_UNIX_SOCKET_GROUP names the group {group:?}, which /etc/group does not list")]
    UnknownGroup {
        /// The group's name.
        group: String,
    },
    /// Owner group or mode of the socket could not be set.
    #[error("cannot set who may connect to the socket {path}: {source}")]
    Permissions {
        /// The socket's path.
        path: String,
        /// What the system said.
        source: io::Error,
    },
}

/// Reads a range of ports as the host gives it: an absent end is port 0.
///
/// # Errors
/// When an end is not a port number, or the range is empty.
pub fn ports(min: Option<&str>, max: Option<&str>) -> Result<RangeInclusive<u16>, ListenError> {
    let port = |variable, value: Option<&str>| match value {
        None => Ok(0),
        Some(text) => text.parse().map_err(|_| ListenError::BadPort {
            variable,
            value: text.to_owned(),
        }),
    };
    let (first, last) = (
        port(super::environment::MIN_PORT, min)?,
        port(super::environment::MAX_PORT, max)?,
    );
    if first > last {
        return Err(ListenError::EmptyPortRange { first, last });
    }
    Ok(first..=last)
}

/// A connected stream of bytes.
pub trait Socket: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Socket for T {}

/// An open listener. A unix socket's file is removed when this is dropped.
#[derive(Debug)]
pub struct Listener {
    kind: Kind,
    address: String,
}

#[derive(Debug)]
enum Kind {
    #[cfg(unix)]
    Unix(
        UnixListener,
        #[expect(dead_code, reason = "held for its drop")] SocketFile,
    ),
    Tcp(TcpListener),
}

impl Listener {
    /// Starts to listen. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// When the system refuses, see [`ListenError`].
    pub fn bind(network: &Network) -> Result<Self, ListenError> {
        match network {
            #[cfg(unix)]
            Network::Unix { directory, group } => bind_unix(directory, group.as_deref()),
            Network::Tcp { ports } => bind_tcp(ports.clone()),
        }
    }

    /// The name of the network in the handshake line.
    #[must_use]
    pub fn network(&self) -> &'static str {
        match self.kind {
            #[cfg(unix)]
            Kind::Unix(..) => "unix",
            Kind::Tcp(_) => "tcp",
        }
    }

    /// The address in the handshake line: a path, or address and port.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Waits for the next connection.
    ///
    /// # Errors
    /// When the system cannot hand one over, for instance for want of file descriptors.
    pub async fn accept(&self) -> io::Result<Box<dyn Socket>> {
        match &self.kind {
            #[cfg(unix)]
            Kind::Unix(listener, _) => Ok(Box::new(listener.accept().await?.0)),
            Kind::Tcp(listener) => {
                let stream = listener.accept().await?.0;
                // Requests and replies are small and each waits for the other: Nagle's algorithm
                // would add a delayed acknowledgement to every one of them.
                stream.set_nodelay(true)?;
                Ok(Box::new(stream))
            }
        }
    }
}

fn bind_tcp(ports: RangeInclusive<u16>) -> Result<Listener, ListenError> {
    let (first, last) = (*ports.start(), *ports.end());
    for port in ports {
        let bound = std::net::TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        if let Ok(listener) = bound {
            let failed = |source| ListenError::UsePort { port, source };
            listener.set_nonblocking(true).map_err(failed)?;
            let address = listener.local_addr().map_err(failed)?.to_string();
            let kind = Kind::Tcp(TcpListener::from_std(listener).map_err(failed)?);
            return Ok(Listener { kind, address });
        }
    }
    Err(ListenError::NoFreePort { first, last })
}

/// Removes the socket when dropped.
#[cfg(unix)]
#[derive(Debug)]
struct SocketFile(PathBuf);

#[cfg(unix)]
impl Drop for SocketFile {
    fn drop(&mut self) {
        // It may be gone already: cleaners of temporary directories remove sockets too.
        let _ = std::fs::remove_file(&self.0);
    }
}

#[cfg(unix)]
fn bind_unix(directory: &Path, group: Option<&str>) -> Result<Listener, ListenError> {
    // A debug session's address is used from other directories than this one.
    let directory = std::path::absolute(directory).unwrap_or_else(|_| directory.to_owned());
    let mut tried = 0;
    loop {
        tried += 1;
        let path = directory.join(format!(
            "plugin{}",
            fastrand::u64(1_000_000_000..10_000_000_000)
        ));
        let address = speakable(&directory, &path)?;
        match UnixListener::bind(&path) {
            Ok(listener) => {
                let file = SocketFile(path);
                restrict(&file.0, group)?;
                let kind = Kind::Unix(listener, file);
                return Ok(Listener { kind, address });
            }
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && tried < NAMES_TRIED => {}
            Err(source) => {
                let path = address;
                return Err(ListenError::MakeSocket { path, source });
            }
        }
    }
}

/// The path as text, if it fits the handshake line and the system's address structure.
#[cfg(unix)]
fn speakable(directory: &Path, path: &Path) -> Result<String, ListenError> {
    let Some(text) = path.to_str().filter(|text| !text.contains(['|', '\n'])) else {
        return Err(ListenError::PathUnspeakable {
            path: directory.into(),
        });
    };
    if text.len() > LONGEST_PATH {
        return Err(ListenError::PathTooLong {
            path: text.to_owned(),
            length: text.len(),
            limit: LONGEST_PATH,
        });
    }
    Ok(text.to_owned())
}

/// Lets only the owner connect, or also the members of `group`.
#[cfg(unix)]
fn restrict(path: &Path, group: Option<&str>) -> Result<(), ListenError> {
    use std::os::unix::fs::{PermissionsExt as _, chown};

    let failed = |source| ListenError::Permissions {
        path: path.display().to_string(),
        source,
    };
    let mode = match group {
        None => 0o600,
        Some(group) => {
            chown(path, None, Some(group_id(group)?)).map_err(failed)?;
            0o660
        }
    };
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).map_err(failed)
}

#[cfg(unix)]
fn group_id(group: &str) -> Result<u32, ListenError> {
    if let Ok(number) = group.parse() {
        return Ok(number);
    }
    // Groups of directory services are not found here; their members can give the number.
    let groups = std::fs::read_to_string("/etc/group").unwrap_or_default();
    find_group(&groups, group).ok_or_else(|| ListenError::UnknownGroup {
        group: group.to_owned(),
    })
}

/// Looks up a name in the text of a group file: `name:password:number:members`.
#[cfg(unix)]
fn find_group(groups: &str, name: &str) -> Option<u32> {
    groups.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next() != Some(name) {
            return None;
        }
        fields.nth(1)?.parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_read_as_the_host_means_them() {
        assert_eq!(ports(None, None).unwrap(), 0..=0);
        assert_eq!(ports(Some("10000"), Some("25000")).unwrap(), 10000..=25000);
        insta::assert_snapshot!(
            ports(Some("70000"), Some("80000")).unwrap_err(),
            @r#"PLUGIN_MIN_PORT is "70000", which is not a port number"#
        );
        insta::assert_snapshot!(
            ports(Some("2"), Some("1")).unwrap_err(),
            @"PLUGIN_MIN_PORT (2) is greater than PLUGIN_MAX_PORT (1)"
        );
    }

    #[tokio::test]
    async fn tcp_takes_the_next_port_when_one_is_taken() {
        let taken = Listener::bind(&Network::Tcp { ports: 0..=0 }).unwrap();
        let port: u16 = taken.address().rsplit(':').next().unwrap().parse().unwrap();
        let only_taken = Network::Tcp { ports: port..=port };
        assert!(matches!(
            Listener::bind(&only_taken),
            Err(ListenError::NoFreePort { first, last }) if first == port && last == port
        ));
        let next = Listener::bind(&Network::Tcp {
            ports: port..=port.saturating_add(50),
        })
        .unwrap();
        assert_ne!(next.address(), taken.address());
        assert!(next.address().starts_with("127.0.0.1:"));
    }

    #[cfg(unix)]
    mod unix {
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

        use super::*;

        fn socket_in(directory: &Path, group: Option<&str>) -> Result<Listener, ListenError> {
            Listener::bind(&Network::Unix {
                directory: directory.to_owned(),
                group: group.map(str::to_owned),
            })
        }

        #[tokio::test]
        async fn the_socket_is_the_owners_alone_and_goes_with_the_listener() {
            let directory = tempfile::tempdir().unwrap();
            let listener = socket_in(directory.path(), None).unwrap();
            let path = PathBuf::from(listener.address());
            let name = path.file_name().unwrap().to_str().unwrap();
            assert!(name.starts_with("plugin"), "{name}");
            let mode = path.metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
            drop(listener);
            assert!(!path.exists());
        }

        #[tokio::test]
        async fn a_group_may_be_let_in() {
            let directory = tempfile::tempdir().unwrap();
            let own_group = directory.path().metadata().unwrap().gid();
            let listener = socket_in(directory.path(), Some(&own_group.to_string())).unwrap();
            let metadata = Path::new(listener.address()).metadata().unwrap();
            assert_eq!(metadata.permissions().mode() & 0o777, 0o660);
            assert_eq!(metadata.gid(), own_group);
        }

        #[tokio::test]
        async fn an_unknown_group_stops_the_start_and_leaves_no_file() {
            let directory = tempfile::tempdir().unwrap();
            let error = socket_in(directory.path(), Some("no-such-group")).unwrap_err();
            insta::assert_snapshot!(
                error,
                @r#"PLUGIN_UNIX_SOCKET_GROUP names the group "no-such-group", which /etc/group does not list"#
            );
            assert_eq!(directory.path().read_dir().unwrap().count(), 0);
        }

        #[test]
        fn groups_are_found_by_their_whole_name() {
            let groups = "root:x:0:\nstaff:x:50:ann,bob\nstaffers:x:51:\nbroken\n";
            assert_eq!(find_group(groups, "staff"), Some(50));
            assert_eq!(find_group(groups, "staf"), None);
            assert_eq!(find_group(groups, "broken"), None);
        }

        #[tokio::test]
        async fn a_path_that_does_not_fit_is_refused() {
            let error = socket_in(Path::new(&format!("/{}", "d".repeat(90))), None).unwrap_err();
            insta::with_settings!({filters => [(r"plugin\d+", "plugin0"), ("107", "[LIMIT]"), ("103", "[LIMIT]")]}, {
                insta::assert_snapshot!(error, @"the path of the socket, /dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd/plugin0, has 108 bytes; this system allows [LIMIT]. Set TMPDIR, or PLUGIN_UNIX_SOCKET_DIR, to a directory with a shorter path");
            });
        }

        #[tokio::test]
        async fn a_path_that_would_break_the_handshake_line_is_refused() {
            insta::assert_snapshot!(socket_in(Path::new("/tmp/a|b"), None).unwrap_err(), @r#"the directory "/tmp/a|b" cannot hold the plugin's socket: its path must be UTF-8 without line feeds and without the character `|`. Set TMPDIR, or PLUGIN_UNIX_SOCKET_DIR, to another directory"#);
        }

        #[tokio::test]
        async fn a_missing_directory_is_named() {
            insta::with_settings!({filters => [(r"plugin\d+", "plugin0")]}, {
                insta::assert_snapshot!(socket_in(Path::new("/no/such/place"), None).unwrap_err(), @"cannot make the socket /no/such/place/plugin0: No such file or directory (os error 2). Set TMPDIR, or PLUGIN_UNIX_SOCKET_DIR, to a directory in which this user may make files");
            });
        }
    }
}
