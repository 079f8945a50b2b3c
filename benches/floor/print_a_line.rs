//! A process that only prints a line: the least any start can take.

fn main() {
    println!("1");
    // Stays, as a provider does, until it is told to go.
    std::thread::park();
}
