//! Prints the path of a protobuf compiler for this machine.

fn main() {
    let path = protoc_bin_vendored::protoc_bin_path().expect("there is one for this machine");
    println!("{}", path.display());
}
