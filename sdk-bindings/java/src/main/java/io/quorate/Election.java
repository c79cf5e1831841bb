package io.quorate;

import com.google.protobuf.ByteString;
import io.quorate.v1.CampaignRequest;
import io.quorate.v1.CampaignResponse;
import io.quorate.v1.ProclaimRequest;
import io.quorate.v1.ResignRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * An office that a session stands for. In a try-with-resources statement it is resigned at the end.
 *
 * <p>Of all who stand for it, the one that came first leads, under a fencing {@link #token}; when it resigns or ends,
 * the next one does.
 */
public final class Election implements AutoCloseable {
    private final Session session;
    private final String path;
    private volatile ByteString value;
    private volatile Token token;
    private volatile boolean wanted;

    Election(Session session, String path, ByteString value) {
        this.session = session;
        this.path = path;
        this.value = value;
    }

    /** {@return the path of the office} */
    public String path() {
        return path;
    }

    /** {@return the fencing token of the term; empty when the session does not lead} */
    public Optional<Token> token() {
        return Optional.ofNullable(token);
    }

    /** {@return whether the session leads, and may act as the leader at this moment; never says yes too long} */
    public boolean isLeader() {
        return token != null && session.isValid();
    }

    /**
     * Stands for the office; blocks until the session leads, however long that takes. See {@link #campaign(Duration)}.
     *
     * @return the fencing token of the term
     */
    public Token campaign() {
        return campaign(null);
    }

    /**
     * Stands for the office; blocks until the session leads, for {@code timeout} at most.
     *
     * <p>When the time is over, or the thread is interrupted, it stays a candidate: the same call waits on, and {@link
     * #resign} gives that up. Repeated when needed: who leads gets the same token.
     *
     * @param timeout how long to wait; null for as long as it takes
     * @return the fencing token of the term
     * @throws QuorateException.DeadlineExceeded it does not lead yet
     * @throws QuorateException.SessionError the session is over
     * @throws QuorateException.NameMismatch the path is used as something else
     */
    public Token campaign(Duration timeout) {
        return Futures.await(campaignAsync(timeout));
    }

    /**
     * As {@link #campaign(Duration)}, without blocking.
     *
     * @param timeout how long to wait; null for as long as it takes
     * @return completes with the fencing token of the term
     */
    public CompletableFuture<Token> campaignAsync(Duration timeout) {
        CampaignRequest request = CampaignRequest.newBuilder()
                .setSession(session.token())
                .setPath(path)
                .setValue(value)
                .setRequestId(Session.requestId())
                .build();
        wanted = true;
        return Futures.outward(session.pool().await(stubs -> stubs.elections().campaign(request), timeout), this::won);
    }

    /**
     * Gives the office another value while the session leads. Repeated when needed.
     *
     * @param newValue what others see from now on; 64 KiB at most
     * @throws QuorateException.NameNotHeld the session does not lead
     */
    public void proclaim(ByteString newValue) {
        Futures.await(proclaimAsync(newValue));
    }

    /**
     * As {@link #proclaim}, without blocking.
     *
     * @param newValue what others see from now on; 64 KiB at most
     * @return completes when it is done
     */
    public CompletableFuture<Void> proclaimAsync(ByteString newValue) {
        ProclaimRequest request = ProclaimRequest.newBuilder()
                .setSession(session.token())
                .setPath(path)
                .setValue(newValue)
                .setRequestId(Session.requestId())
                .build();
        return Futures.outward(session.pool().ask(stubs -> stubs.elections().proclaim(request)), answer -> {
            value = newValue;
            return null;
        });
    }

    /**
     * Gives up the office, or the candidacy. Repeated when needed.
     *
     * @throws QuorateException.NameNotHeld the session neither leads nor stands for it
     */
    public void resign() {
        Futures.await(resignAsync());
    }

    /**
     * As {@link #resign}, without blocking.
     *
     * @return completes when it is done
     */
    public CompletableFuture<Void> resignAsync() {
        ResignRequest request = ResignRequest.newBuilder()
                .setSession(session.token())
                .setPath(path)
                .setRequestId(Session.requestId())
                .build();
        token = null;
        wanted = false;
        return Futures.outward(session.pool().ask(stubs -> stubs.elections().resign(request)), answer -> null);
    }

    /** Resigns when it was stood for, and was not resigned since. Otherwise it does nothing. */
    @Override
    public void close() {
        if (wanted) {
            resign();
        }
    }

    private Token won(CampaignResponse answer) {
        token = Token.of(answer.getToken());
        return token;
    }
}
