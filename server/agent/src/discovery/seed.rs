//! Seeds: `host:port` texts, told apart by whether a look-up is needed.

use std::{collections::BTreeSet, net::SocketAddr};

use quorate_core::types::Address;

/// A seed with a host name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Seed {
    pub(super) host: String,
    pub(super) port: u16,
}

/// The literal addresses and the names among the seeds, each once. The configuration has checked their form.
pub(super) fn sort(seeds: &[String]) -> (Vec<Address>, Vec<Seed>) {
    let (mut literals, mut names) = (BTreeSet::new(), BTreeSet::new());
    for seed in seeds {
        if let Ok(address) = seed.parse::<SocketAddr>() {
            literals.insert(Address::new(&address.to_string()));
        } else if let Some((host, port)) =
            seed.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse().ok()?)))
        {
            names.insert(Seed { host: host.to_lowercase(), port });
        }
    }
    (literals.into_iter().collect(), names.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::{Seed, sort};

    #[test]
    fn literals_need_no_look_up() {
        let seeds = ["10.0.0.1:7501", "N1.example.org:7501", "[fd00::1]:7502", "10.0.0.1:7501", "n1.example.org:7501"];
        let (literals, names) = sort(&seeds.map(String::from));
        let literals: Vec<_> = literals.iter().map(ToString::to_string).collect();
        assert_eq!(literals, ["10.0.0.1:7501", "[fd00::1]:7502"]);
        assert_eq!(names, [Seed { host: "n1.example.org".into(), port: 7501 }]);
    }
}
