package io.quorate;

import io.quorate.QuorateException.BadOptions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where the agents are, how a client connects to them and how long it waits. A value that is out of range is a
 * {@link QuorateException.BadOptions}, thrown by {@link Builder#build}.
 *
 * @param endpoints 1 to 64 of {@code host:port} or {@code [v6]:port}; the first that answers is used until it fails, then the
 *     next one
 * @param tls speaks TLS with all endpoints; default: plain text
 * @param connectTimeout how long one attempt to connect may take: 10 ms to 60 s; default: 1 s
 * @param callTimeout how long one call may take in all, over every endpoint: 10 ms to 1 h; default: 5 s
 * @param attemptTimeout how long one endpoint may take over a call before the next is asked: 10 ms to 1 h; default: an equal
 *     share of the call's time for each endpoint, but no less than a third of it
 * @param rounds how often each endpoint is tried in one call before it fails as unavailable: 1 to 100; default: 3
 * @param maxMessageSize largest message to take, in bytes: 64 KiB to 1 GiB; default: 16 MiB
 * @param keepAliveInterval how often a connection is probed with an HTTP/2 ping, also while idle: 10 s to 1 h; default: 10 s
 * @param keepAliveTimeout how long a ping may stay unanswered before the connection is given up: 100 ms to 1 h; default: 5 s
 */
public record ClientOptions(
        List<String> endpoints,
        Optional<TlsOptions> tls,
        Duration connectTimeout,
        Duration callTimeout,
        Optional<Duration> attemptTimeout,
        int rounds,
        int maxMessageSize,
        Duration keepAliveInterval,
        Duration keepAliveTimeout) {
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._-]+");
    private static final Pattern V6 = Pattern.compile("\\[[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*]");
    private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration SHORTEST = Duration.ofMillis(10);

    /**
     * Checks all values.
     *
     * @param endpoints see the component
     * @param tls see the component
     * @param connectTimeout see the component
     * @param callTimeout see the component
     * @param attemptTimeout see the component
     * @param rounds see the component
     * @param maxMessageSize see the component
     * @param keepAliveInterval see the component
     * @param keepAliveTimeout see the component
     * @throws QuorateException.BadOptions a value is not allowed
     */
    public ClientOptions {
        within("number of endpoints", endpoints.size(), 1, 64);
        endpoints = endpoints.stream().map(ClientOptions::endpoint).toList();
        Spans.within("connectTimeout", connectTimeout, SHORTEST, Duration.ofMinutes(1));
        Spans.within("callTimeout", callTimeout, SHORTEST, HOUR);
        attemptTimeout.ifPresent(timeout -> Spans.within("attemptTimeout", timeout, SHORTEST, HOUR));
        within("rounds", rounds, 1, 100);
        within("maxMessageSize", maxMessageSize, 64 << 10, 1 << 30);
        Spans.within("keepAliveInterval", keepAliveInterval, Duration.ofSeconds(10), HOUR);
        Spans.within("keepAliveTimeout", keepAliveTimeout, Duration.ofMillis(100), HOUR);
    }

    /**
     * Begins with the endpoints; all else has its default.
     *
     * @param endpoints 1 to 64 of {@code host:port} or {@code [v6]:port}
     * @return a builder
     */
    public static Builder builder(List<String> endpoints) {
        return new Builder(endpoints);
    }

    /**
     * Begins with the endpoints; all else has its default.
     *
     * @param endpoints 1 to 64 of {@code host:port} or {@code [v6]:port}
     * @return a builder
     */
    public static Builder builder(String... endpoints) {
        return new Builder(List.of(endpoints));
    }

    /** How long one endpoint may take over a call of {@code limit}, in nanoseconds. */
    long share(long limit) {
        long equal = limit / Math.min(endpoints.size(), 3);
        return Math.min(attemptTimeout.map(Spans::nanos).orElse(equal), limit);
    }

    private static void within(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new BadOptions(name + " is " + value + ", allowed is " + least + " to " + most);
        }
    }

    private static String endpoint(String text) {
        String trimmed = text.strip();
        int colon = trimmed.lastIndexOf(':');
        if (colon < 0) {
            throw bad(text, "the port is missing");
        }
        String host = trimmed.substring(0, colon);
        String digits = trimmed.substring(colon + 1);
        int port = PORT.matcher(digits).matches() ? Integer.parseInt(digits) : 0;
        if (port < 1 || port > 65535) {
            throw bad(text, "the port must be a number from 1 to 65535");
        }
        if (host.isEmpty()) {
            throw bad(text, "the host is missing");
        }
        if (host.startsWith("[") && host.endsWith("]")) {
            if (!V6.matcher(host).matches()) {
                throw bad(text, "not an IPv6 address in brackets");
            }
        } else if (host.contains(":")) {
            throw bad(text, "an IPv6 address needs brackets, as in [::1]:7401");
        } else if (!HOST.matcher(host).matches()) {
            throw bad(text, "the host has characters that no host name has");
        }
        return host + ":" + port;
    }

    private static BadOptions bad(String text, String why) {
        return new BadOptions("'" + text + "' is no endpoint: " + why);
    }

    /** Makes {@link ClientOptions}. */
    public static final class Builder {
        private final List<String> endpoints;
        private Optional<TlsOptions> tls = Optional.empty();
        private Duration connectTimeout = Duration.ofSeconds(1);
        private Duration callTimeout = Duration.ofSeconds(5);
        private Optional<Duration> attemptTimeout = Optional.empty();
        private int rounds = 3;
        private int maxMessageSize = 16 << 20;
        private Duration keepAliveInterval = Duration.ofSeconds(10);
        private Duration keepAliveTimeout = Duration.ofSeconds(5);

        private Builder(List<String> endpoints) {
            this.endpoints = endpoints;
        }

        /**
         * Speaks TLS with all endpoints.
         *
         * @param options whom to trust, and what to show
         * @return this builder
         */
        public Builder tls(TlsOptions options) {
            tls = Optional.of(options);
            return this;
        }

        /**
         * How long one attempt to connect may take.
         *
         * @param timeout 10 ms to 60 s
         * @return this builder
         */
        public Builder connectTimeout(Duration timeout) {
            connectTimeout = timeout;
            return this;
        }

        /**
         * How long one call may take in all, over every endpoint.
         *
         * @param timeout 10 ms to 1 h
         * @return this builder
         */
        public Builder callTimeout(Duration timeout) {
            callTimeout = timeout;
            return this;
        }

        /**
         * How long one endpoint may take over a call before the next is asked.
         *
         * @param timeout 10 ms to 1 h
         * @return this builder
         */
        public Builder attemptTimeout(Duration timeout) {
            attemptTimeout = Optional.of(timeout);
            return this;
        }

        /**
         * How often each endpoint is tried in one call before it fails as unavailable.
         *
         * @param number 1 to 100
         * @return this builder
         */
        public Builder rounds(int number) {
            rounds = number;
            return this;
        }

        /**
         * Largest message to take.
         *
         * @param bytes 64 KiB to 1 GiB
         * @return this builder
         */
        public Builder maxMessageSize(int bytes) {
            maxMessageSize = bytes;
            return this;
        }

        /**
         * How often a connection is probed with an HTTP/2 ping, also while idle.
         *
         * @param interval 10 s to 1 h
         * @return this builder
         */
        public Builder keepAliveInterval(Duration interval) {
            keepAliveInterval = interval;
            return this;
        }

        /**
         * How long a ping may stay unanswered before the connection is given up.
         *
         * @param timeout 100 ms to 1 h
         * @return this builder
         */
        public Builder keepAliveTimeout(Duration timeout) {
            keepAliveTimeout = timeout;
            return this;
        }

        /**
         * {@return the options}
         *
         * @throws QuorateException.BadOptions a value is not allowed
         */
        public ClientOptions build() {
            return new ClientOptions(
                    endpoints,
                    tls,
                    connectTimeout,
                    callTimeout,
                    attemptTimeout,
                    rounds,
                    maxMessageSize,
                    keepAliveInterval,
                    keepAliveTimeout);
        }
    }
}
