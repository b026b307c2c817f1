//! Cargo does not notice a new file in a folder that a macro embeds: a new migration would not be part of the next build.

fn main() {
    println!("cargo::rerun-if-changed=../../migrations");
}
