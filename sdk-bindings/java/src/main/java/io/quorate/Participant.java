package io.quorate;

import java.util.OptionalLong;

/**
 * A program that takes part in recovery; see {@link Client#participate}.
 *
 * <p>Each phase is acknowledged when its method returns. When it throws it is not: until the cluster changes again, the
 * program counts as late with that phase. What it throws is handed to {@link #notice}, for nobody else sees it.
 *
 * <p>All phases are carried out by one thread, which belongs to the {@link Participation}, so no two are under way at
 * once.
 */
public interface Participant {
    /**
     * Stop using what is shared.
     *
     * <p>Told first of all, and again as soon as the cluster begins to change, under the epoch that ends: from epoch 7 to
     * 8 it is told to prepare under 7 and to recover under 8. When the cluster changes further, it is told again, under
     * the epoch that ends then, unless it has prepared. Also told within an epoch, when a service that it requires is not
     * ready any more: each phase then comes again under the same epoch, so never skip one because it was done under that
     * before.
     *
     * <p>Also told at once when the agent is gone, without an epoch: what happens in the cluster is not known then. Is
     * never cut short, so it ends with nothing in use, and is told again if more happened meanwhile.
     *
     * @param epoch by which it is told; empty when the agent is gone
     * @throws Exception it could not be done
     */
    void prepare(OptionalLong epoch) throws Exception;

    /**
     * Recover: everything on lower levels has, on all members. May come more than once under an epoch.
     *
     * <p>When the cluster changes meanwhile, or the agent is gone, the thread is interrupted, and {@link #prepare}
     * follows as soon as this returns or throws; what it returns or throws does not count then.
     *
     * @param epoch by which it is told
     * @throws Exception it could not be done
     */
    void recover(long epoch) throws Exception;

    /**
     * Go on, and use what is shared: everything has recovered. Return soon, and leave the work itself to others.
     *
     * <p>When the cluster changes meanwhile, or the agent is gone, the thread is interrupted, and {@link #prepare}
     * follows as soon as this returns or throws; what it returns or throws does not count then.
     *
     * @param epoch by which it is told
     * @throws Exception it could not be done
     */
    void resume(long epoch) throws Exception;

    /**
     * Something worth a line in a log. Does nothing unless it is overridden.
     *
     * @param notice what happened; this is called in the common pool, for one after the other, also while a phase is
     *     under way
     */
    default void notice(Notice notice) {}
}
