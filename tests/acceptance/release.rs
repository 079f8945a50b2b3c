//! What `make release` makes, from the binary that is there anyway: the files that the registries ask
//! for, and an archive that both CLIs install, lock and run. Knows the formats from the registries'
//! own documentation (<https://developer.hashicorp.com/terraform/registry/providers/publishing>) and
//! not from the tool that writes them.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::World;
use crate::support::guide::blocks;

const BINARY: &str = env!("CARGO_BIN_EXE_terraform-provider-camunda");
const VERSION: &str = env!("CARGO_PKG_VERSION");
const SIMULATOR_README: &str = include_str!("../../simulator/README.md");

/// `terraform-provider-camunda_<version>_<rest>`.
fn name(rest: &str) -> String {
    format!("terraform-provider-camunda_{VERSION}_{rest}")
}

/// `camunda-simulator_<version>_<rest>`.
fn simulator_name(rest: &str) -> String {
    format!("camunda-simulator_{VERSION}_{rest}")
}

/// This machine, as Go calls it.
fn platform() -> String {
    let machine = match env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    format!("{}_{machine}", env::consts::OS)
}

fn archive_name() -> String {
    name(&format!("{}.zip", platform()))
}

/// The built simulator, which lies beside the provider.
fn simulator() -> PathBuf {
    Path::new(BINARY).with_file_name("camunda-simulator")
}

fn folder() -> TempDir {
    tempfile::Builder::new()
        .prefix("camunda-release-")
        .tempdir_in("/tmp")
        .unwrap()
}

/// A program that says its version and is packed in no time: what is in an archive makes no difference to
/// how it is packed.
fn stand_in(path: &Path) -> &Path {
    let script = format!("#!/bin/sh\nprintf 'stands in, version %s\\n' {VERSION}\n");
    fs::write(path, script).unwrap();
    succeed(Command::new("chmod").arg("755").arg(path));
    path
}

fn python() -> Command {
    let mut command = Command::new("python3");
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

/// The tool, packing into that folder; the caller's wishes about keys and time do not count.
fn release(output: &Path, binary: &Path) -> Command {
    let mut command = python();
    command
        .arg("tools/release.py")
        .arg("--output")
        .arg(output)
        .arg("--binary")
        .arg(binary)
        .env("SOURCE_DATE_EPOCH", "1700000000")
        .env_remove("GPG_KEY_ID")
        .env_remove("GPG_PASSPHRASE");
    command
}

#[track_caller]
fn succeed(command: &mut Command) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let (said, complained) = (
        String::from_utf8_lossy(&stdout),
        String::from_utf8_lossy(&stderr),
    );
    assert!(status.success(), "{command:?}: {said}\n{complained}");
    said.into_owned()
}

#[track_caller]
fn fail(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{command:?}: {output:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sha256(content: &[u8]) -> String {
    hex(digest(&SHA256, content).as_ref())
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read(entry.path()).unwrap())
        })
        .collect()
}

/// The hash of a lock file that is independent of how an archive is packed: see
/// <https://pkg.go.dev/golang.org/x/mod/sumdb/dirhash#Hash1>.
fn h1(archive: &Path) -> String {
    let unpacked = folder();
    succeed(
        python()
            .args(["-m", "zipfile", "-e"])
            .arg(archive)
            .arg(unpacked.path()),
    );
    let lines: String = files(unpacked.path())
        .iter()
        .map(|(name, content)| format!("{}  {name}\n", sha256(content)))
        .collect();
    format!(
        "h1:{}",
        STANDARD.encode(digest(&SHA256, lines.as_bytes()).as_ref())
    )
}

/// Names, modes and times in an archive, in its order.
fn entries(archive: &Path) -> String {
    let list = "import sys, zipfile\n\
        for it in zipfile.ZipFile(sys.argv[1]).infolist():\n    \
            print(it.filename, oct(it.external_attr >> 16), '%d-%02d-%02d %02d:%02d:%02d' % it.date_time)";
    succeed(python().args(["-c", list]).arg(archive))
}

#[test]
fn has_the_files_that_the_registries_ask_for() {
    let output = folder();
    let said = succeed(&mut release(output.path(), Path::new(BINARY)));
    assert!(
        said.contains("not signed: GPG_KEY_ID names no key."),
        "{said}"
    );
    let files = files(output.path());
    let archive = archive_name();
    let mut expected = vec![
        archive.clone(),
        name("manifest.json"),
        name("sbom.cdx.json"),
        name("SHA256SUMS"),
    ];
    expected.sort();
    assert_eq!(files.keys().cloned().collect::<Vec<_>>(), expected);

    let manifest: Value = serde_json::from_slice(&files[&name("manifest.json")]).unwrap();
    assert_eq!(
        manifest,
        json!({ "version": 1, "metadata": { "protocol_versions": ["6.0"] } })
    );
    let sums: String = [archive.clone(), name("manifest.json")]
        .iter()
        .map(|file| format!("{}  {file}\n", sha256(&files[file])))
        .collect();
    assert_eq!(String::from_utf8_lossy(&files[&name("SHA256SUMS")]), sums);
    insta::assert_snapshot!(entries(&output.path().join(&archive)).replace(VERSION, "VERSION"), @"
    CHANGELOG.md 0o100644 2023-11-14 22:13:20
    LICENSE 0o100644 2023-11-14 22:13:20
    THIRD_PARTY_LICENSES.txt 0o100644 2023-11-14 22:13:20
    terraform-provider-camunda_vVERSION 0o100755 2023-11-14 22:13:20
    ");

    let bill: Value = serde_json::from_slice(&files[&name("sbom.cdx.json")]).unwrap();
    assert_eq!(bill["bomFormat"], json!("CycloneDX"));
    let component = |wanted: &str| {
        let all = bill["components"].as_array().unwrap();
        all.iter().find(|it| it["name"] == wanted)
    };
    let linked = component("rustls").expect("rustls is in the binary");
    assert_eq!(linked["scope"], json!("required"));
    assert_eq!(
        linked["licenses"][0]["expression"],
        json!("Apache-2.0 OR ISC OR MIT")
    );
    assert_eq!(
        linked["hashes"][0]["content"].as_str().map(str::len),
        Some(64)
    );
    assert_eq!(
        component("serde_derive").unwrap()["scope"],
        json!("excluded")
    );
    assert_eq!(component("insta"), None, "only tests need it");
    let home = env::var("HOME").unwrap_or_default();
    for (file, content) in files.iter().filter(|(file, _)| !file.ends_with(".zip")) {
        let text = String::from_utf8_lossy(content);
        assert!(!text.contains(env!("CARGO_MANIFEST_DIR")), "{file}");
        assert!(home.len() < 2 || !text.contains(&home), "{file}");
    }
}

/// What the simulator's archive is called, holds and sums up to; and that it starts from there.
#[test]
fn has_the_simulator_where_no_registry_looks() {
    let (output, elsewhere) = (folder(), folder());
    let provider = elsewhere.path().join("provider");
    succeed(
        release(output.path(), stand_in(&provider))
            .arg("--simulator")
            .arg(simulator()),
    );
    let files = files(output.path());
    let archive = simulator_name(&format!("{}.tar.gz", platform()));
    let line = |file: &String| format!("{}  {file}\n", sha256(&files[file]));
    assert_eq!(
        String::from_utf8_lossy(&files[&simulator_name("SHA256SUMS")]),
        line(&archive)
    );
    assert_eq!(
        String::from_utf8_lossy(&files[&name("SHA256SUMS")]),
        line(&archive_name()) + &line(&name("manifest.json")),
        "the registries' list is theirs"
    );
    // OpenTofu's registry takes any asset of such a name for the provider of that platform.
    let taken: Vec<&String> = files
        .keys()
        .filter(|file| file.contains(&format!("_{}.zip", platform())))
        .collect();
    assert_eq!(taken, [&archive_name()]);

    let list = "import sys, tarfile\n\
        for it in tarfile.open(sys.argv[1]):\n    \
            print(it.name, oct(it.mode), it.mtime, it.uid, it.gid, repr(it.uname))";
    let path = output.path().join(&archive);
    insta::assert_snapshot!(succeed(python().args(["-c", list]).arg(&path)), @"
    LICENSE 0o644 1700000000 0 0 ''
    README.md 0o644 1700000000 0 0 ''
    THIRD_PARTY_LICENSES.txt 0o644 1700000000 0 0 ''
    camunda-simulator 0o755 1700000000 0 0 ''
    ");

    // As simulator/README.md says.
    let unpacked = folder();
    fs::copy(&path, unpacked.path().join(&archive)).unwrap();
    let script = blocks(SIMULATOR_README)
        .into_iter()
        .find(|block| block.language == "sh" && block.text.starts_with("# from an archive\n"));
    let script = script.expect("the README has the script").text + "camunda-simulator --version\n";
    let said = succeed(
        Command::new("sh")
            .args(["-euc", &script])
            .current_dir(unpacked.path()),
    );
    assert_eq!(said, format!("camunda-simulator {VERSION}\n"));
}

/// Another day, another time zone, another language, another umask, and binaries that lie elsewhere
/// with other rights.
#[test]
fn gives_the_same_bytes_twice() {
    let (first, second, here, elsewhere) = (folder(), folder(), folder(), folder());
    let at = |folder: &TempDir, name: &str| folder.path().join(name);
    let (provider, simulator) = (at(&here, "provider"), at(&here, "simulator"));
    let (moved, moved_simulator) = (at(&elsewhere, "renamed"), at(&elsewhere, "also-renamed"));
    for (from, to) in [(&provider, &moved), (&simulator, &moved_simulator)] {
        fs::copy(stand_in(from), to).unwrap();
        succeed(Command::new("chmod").arg("700").arg(to));
        succeed(Command::new("touch").args(["-d", "2001-02-03"]).arg(to));
    }
    let packed = |output: &TempDir, provider: &Path, simulator: &Path| {
        let mut command = release(output.path(), provider);
        command.arg("--simulator").arg(simulator);
        command
    };
    succeed(&mut packed(&first, &provider, &simulator));
    let again = packed(&second, &moved, &moved_simulator);
    let mut shell = Command::new("sh");
    shell
        .args(["-c", "umask 077; exec \"$@\"", "sh"])
        .arg(again.get_program())
        .args(again.get_args())
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("SOURCE_DATE_EPOCH", "1700000000")
        .env("TZ", "Pacific/Kiritimati")
        .env("LC_ALL", "tr_TR.UTF-8")
        .env("PYTHONHASHSEED", "7")
        .env_remove("GPG_KEY_ID");
    succeed(&mut shell);
    let (first, second) = (files(first.path()), files(second.path()));
    assert_eq!(first.len(), 6);
    for (file, content) in &first {
        assert!(second[file] == *content, "{file} differs");
    }
    assert_eq!(first.len(), second.len());
}

/// What is published has to start on a machine that has nothing; the binary of the tests does not.
#[test]
fn a_dynamic_binary_is_refused_where_a_static_one_is_due() {
    let output = folder();
    let said = fail(release(output.path(), Path::new(BINARY)).arg("--static"));
    assert!(said.contains("the binary is linked dynamically"), "{said}");
    assert!(files(output.path()).is_empty());
}

#[test]
fn a_tag_has_to_say_what_the_tree_says() {
    let said = fail(python().args(["tools/release.py", "--check-tag", "v999.0.0"]));
    let expected = format!(
        "release.py: the tag is v999.0.0, but Cargo.toml says {VERSION}: v{VERSION} was expected\n"
    );
    assert_eq!(said, expected);
}

/// With a key made for the moment. Where there is no GnuPG, that is said instead.
#[test]
fn signs_with_an_rsa_key_and_refuses_others() {
    let (output, keys) = (folder(), folder());
    let gpg = |arguments: &[&str]| {
        let mut command = Command::new("gpg");
        command
            .args([
                "--batch",
                "--quiet",
                "--pinentry-mode",
                "loopback",
                "--passphrase",
                "",
            ])
            .args(arguments)
            .env("GNUPGHOME", keys.path());
        command
    };
    let signing = |key: &str| {
        let mut command = python();
        command
            .args(["tools/release.py", "--only", "sums", "--output"])
            .arg(output.path())
            .env("SOURCE_DATE_EPOCH", "1700000000")
            .env("GNUPGHOME", keys.path())
            .env("GPG_KEY_ID", key)
            .env_remove("GPG_PASSPHRASE");
        command
    };
    fs::write(output.path().join(archive_name()), "stands for an archive").unwrap();
    if gpg(&["--version"]).output().is_err() {
        let said = fail(&mut signing("somebody"));
        assert!(said.contains("there is no gpg to sign with"), "{said}");
        return;
    }
    for (who, kind) in [
        ("rsa@example.com", "rsa2048"),
        ("curve@example.com", "ed25519"),
    ] {
        succeed(&mut gpg(&[
            "--quick-generate-key",
            who,
            kind,
            "sign",
            "never",
        ]));
    }
    let refused = fail(&mut signing("curve@example.com"));
    succeed(&mut signing("rsa@example.com"));
    let sums = output.path().join(name("SHA256SUMS"));
    let signature = output.path().join(name("SHA256SUMS.sig"));
    let verified = gpg(&[
        "--verify",
        signature.to_str().unwrap(),
        sums.to_str().unwrap(),
    ])
    .status();
    let stopped = Command::new("gpgconf")
        .args(["--kill", "all"])
        .env("GNUPGHOME", keys.path())
        .status();
    assert!(stopped.unwrap().success(), "an agent would stay behind");
    assert!(
        refused.contains("has to name one RSA or DSA key"),
        "{refused}"
    );
    assert!(verified.unwrap().success(), "the signature is not good");
    // Binary: an armoured one begins with dashes.
    assert!(fs::read(signature).unwrap()[0] & 0x80 != 0);
}

for_each_cli! {
    /// As for somebody without a way to the registries: the archive in a folder, `init`, a lock file.
    fn is_installed_from_a_mirror(cli: &Cli) on [terraform_1_11_4, tofu_1_6_2] {
        let output = folder();
        succeed(&mut release(output.path(), Path::new(BINARY)));
        let mut world = World::new(cli);
        let mirror = world.workspace.use_mirror();
        let archive = mirror.join(archive_name());
        fs::copy(output.path().join(archive_name()), &archive).unwrap();

        world.write_cluster("mirrored", "");
        world.workspace.init().expect_success()
            .expect_output_containing(&format!("Installed camunda-rs/camunda v{VERSION}"));
        let lock = world.workspace.read(".terraform.lock.hcl");
        let h1 = h1(&archive);
        let entry = format!(
            "provider \"{}/camunda-rs/camunda\" {{\n  version = \"{VERSION}\"\n  hashes = [\n    \"{h1}\",\n  ]\n}}",
            cli.kind.registry(),
        );
        assert!(lock.contains(&entry), "{lock}\nshould have\n{entry}");

        world.workspace.apply(&[]).expect_success()
            .expect_output_without("development overrides");
        world.workspace.assert_empty_plan();
        world.workspace.destroy(&[]).expect_success();

        // The next machine: nothing but the configuration and the lock file.
        let installed = world.workspace.project().join(".terraform");
        fs::remove_dir_all(&installed).unwrap();
        world.workspace.run(&["init", "-lockfile=readonly"]).expect_success();
        assert_eq!(world.workspace.read(".terraform.lock.hcl"), lock);

        // And the lock is one: an archive with something else in it is not installed.
        fs::remove_dir_all(&installed).unwrap();
        let add = "import sys, zipfile; zipfile.ZipFile(sys.argv[1], 'a').writestr('more', 'x')";
        succeed(python().args(["-c", add]).arg(&archive));
        world.workspace.run(&["init", "-lockfile=readonly"]).expect_failure()
            .expect_output_containing("checksums");
        world.finish_empty();
    }
}
