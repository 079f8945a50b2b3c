//! Compiles the protocol a second time, for the client's side of it alone.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    const FILE: &str = "../proto/tfplugin6.proto";
    println!("cargo:rerun-if-changed={FILE}");
    let descriptors = protox::compile([FILE], ["../proto"])?;
    tonic_prost_build::configure()
        .build_server(false)
        .build_transport(false)
        .bytes(".tfplugin6")
        .compile_fds(descriptors)?;
    Ok(())
}
