package io.quorate;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Whom a client trusts, and how it shows who it is. All files are PEM, and are read when the client is made.
 *
 * @param ca the authorities that must have signed the agents' certificates
 * @param certificate the certificate to show to agents that ask for one
 * @param key its key, as PKCS #8 ({@code BEGIN PRIVATE KEY}); it must have no password
 * @param serverName the name to look for in the agents' certificates; default: the host of the endpoint
 */
public record TlsOptions(Path ca, Optional<Path> certificate, Optional<Path> key, Optional<String> serverName) {
    /**
     * Begins with whom to trust.
     *
     * @param ca the authorities that must have signed the agents' certificates
     * @return a builder
     */
    public static Builder builder(Path ca) {
        return new Builder(ca);
    }

    /** Makes {@link TlsOptions}. */
    public static final class Builder {
        private final Path ca;
        private Optional<Path> certificate = Optional.empty();
        private Optional<Path> key = Optional.empty();
        private Optional<String> serverName = Optional.empty();

        private Builder(Path ca) {
            this.ca = ca;
        }

        /**
         * What to show to agents that ask for a certificate.
         *
         * @param chain the certificate, with those between it and the authority after it
         * @param secret its key, as PKCS #8 ({@code BEGIN PRIVATE KEY}); it must have no password
         * @return this builder
         */
        public Builder certificate(Path chain, Path secret) {
            certificate = Optional.of(chain);
            key = Optional.of(secret);
            return this;
        }

        /**
         * The name to look for in the agents' certificates, instead of the host of the endpoint.
         *
         * @param name the name
         * @return this builder
         */
        public Builder serverName(String name) {
            serverName = Optional.of(name);
            return this;
        }

        /** {@return the options} */
        public TlsOptions build() {
            return new TlsOptions(ca, certificate, key, serverName);
        }
    }
}
