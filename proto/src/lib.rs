//! The gRPC schema of Quorate and its Rust stubs.
//!
//! [`v1`] is the public API, [`peer::v1`] is what agents say to each other, [`store::v1`] what they keep. The stubs in `src/gen` are written by
//! `cargo run -p quorate-codegen` and committed, so that building needs neither protoc nor a generator.

pub mod codec;

/// The encoded `FileDescriptorSet` of all packages with their comments, for server reflection.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!("gen/descriptors.bin");

/// The domain of every `google.rpc.ErrorInfo` of the public API.
pub const ERROR_DOMAIN: &str = "quorate.v1";

/// The public API, package `quorate.v1`.
#[allow(missing_docs, clippy::all, clippy::pedantic, unused_qualifications, rustdoc::all)]
pub mod v1 {
    include!("gen/quorate.v1.rs");
}

/// What agents say to each other.
pub mod peer {
    /// Package `quorate.peer.v1`.
    #[allow(missing_docs, clippy::all, clippy::pedantic, unused_qualifications, rustdoc::all)]
    pub mod v1 {
        include!("gen/quorate.peer.v1.rs");
    }
}

/// What the cluster database looks like in files.
pub mod store {
    /// Package `quorate.store.v1`.
    #[allow(missing_docs, clippy::all, clippy::pedantic, unused_qualifications, rustdoc::all)]
    pub mod v1 {
        include!("gen/quorate.store.v1.rs");
    }
}
