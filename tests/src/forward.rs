//! A way from the host into a network namespace: connections to a port here go on to an address there.
//!
//! A socket belongs to the namespace of the thread that made it. The listener is made on the host's side; then the
//! forwarder's own thread enters the namespace for good and makes the onward connections there.

use std::{
    fs::File,
    net::TcpListener,
    os::fd::AsFd,
    path::Path,
    thread::{self, JoinHandle},
};

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use tokio::{
    io::copy_bidirectional,
    net::TcpStream,
    sync::oneshot::{Receiver, Sender, channel},
};

/// A running forwarder; ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Forwarder {
    address: String,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Forwarder {
    /// Starts forwarding to `target`, an address inside of `namespace`.
    pub(crate) fn start(namespace: &str, target: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a listener can be made non-blocking");
        let address = listener.local_addr().expect("a listener has an address").to_string();
        let path = Path::new("/var/run/netns").join(namespace);
        let file = File::open(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        let (stop, stopped) = channel();
        let target = target.to_owned();
        let thread = thread::spawn(move || {
            let network = Some(LinkNameSpaceType::Network);
            move_into_link_name_space(file.as_fd(), network).expect("root can enter a namespace");
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(serve(listener, target, stopped));
        });
        Self { address, stop: Some(stop), thread: Some(thread) }
    }

    /// Where to connect to.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }
}

async fn serve(listener: TcpListener, target: String, mut stopped: Receiver<()>) {
    let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
    loop {
        let mut here = tokio::select! {
            _ = &mut stopped => return,
            accepted = listener.accept() => match accepted {
                Ok((here, _)) => here,
                Err(_) => continue,
            },
        };
        let target = target.clone();
        tokio::spawn(async move {
            // When nobody listens there, the connection here is closed: that is all a client needs to know.
            if let Ok(mut there) = TcpStream::connect(target).await {
                // What is small is passed on at once, or each answer would be late by an acknowledgement: 40 ms.
                let _ = (here.set_nodelay(true), there.set_nodelay(true));
                let _ = copy_bidirectional(&mut here, &mut there).await;
            }
        });
    }
}

impl Drop for Forwarder {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
