package io.quorate;

import io.quorate.v1.BarrierPlan;
import io.quorate.v1.DeparturePolicy;
import io.quorate.v1.GroupParties;
import io.quorate.v1.MemberParties;
import java.time.Duration;
import java.util.Map;

/** What a barrier is: for whom it waits, and how. All who come must say the same. */
public final class BarrierOptions {
    private final BarrierPlan plan;

    private BarrierOptions(BarrierPlan plan) {
        this.plan = plan;
    }

    /**
     * Waits for so many sessions.
     *
     * @param sessions how many
     * @return a builder
     */
    public static Builder count(int sessions) {
        return new Builder(BarrierPlan.newBuilder().setCount(sessions));
    }

    /**
     * Waits for a session through each member of the view that has these labels.
     *
     * @param labels the labels; none for all members
     * @return a builder
     */
    public static Builder members(Map<String, String> labels) {
        MemberParties.Builder members = MemberParties.newBuilder().putAllLabels(labels);
        return new Builder(BarrierPlan.newBuilder().setMembers(members));
    }

    /**
     * Waits for all sessions of a group.
     *
     * @param name the group
     * @param least how many there must be, or more
     * @return a builder
     */
    public static Builder group(String name, int least) {
        GroupParties.Builder group = GroupParties.newBuilder().setName(name).setLeast(least);
        return new Builder(BarrierPlan.newBuilder().setGroup(group));
    }

    /** {@return the same, as the schema has it} */
    public BarrierPlan toProto() {
        return plan;
    }

    /** Makes {@link BarrierOptions}. */
    public static final class Builder {
        private final BarrierPlan.Builder plan;

        private Builder(BarrierPlan.Builder plan) {
            this.plan = plan.setDeparture(DeparturePolicy.DEPARTURE_POLICY_ABORT);
        }

        /**
         * Those who passed also leave together.
         *
         * @return this builder
         */
        public Builder doubled() {
            plan.setIsDouble(true);
            return this;
        }

        /**
         * What happens when one goes before all are there; default: the generation is aborted.
         *
         * @param policy what happens
         * @return this builder
         */
        public Builder departure(DeparturePolicy policy) {
            plan.setDeparture(policy);
            return this;
        }

        /**
         * For how long a generation waits from when the first one comes; default: as long as it takes.
         *
         * @param span how long
         * @return this builder
         */
        public Builder deadline(Duration span) {
            plan.setDeadline(Spans.toProto(span));
            return this;
        }

        /** {@return the options} */
        public BarrierOptions build() {
            return new BarrierOptions(plan.build());
        }
    }
}
