import io.quorate.Client;
import io.quorate.Watch;
import io.quorate.v1.Member;
import io.quorate.v1.View;
import io.quorate.v1.WatchMembershipResponse;
import java.util.List;
import java.util.stream.Collectors;

/** Prints the members of a cluster as they change: {@code java WatchMembers 127.0.0.1:7401 127.0.0.1:7402}. */
final class WatchMembers {
    public static void main(String[] endpoints) {
        List<String> agents = endpoints.length == 0 ? List.of("127.0.0.1:7401") : List.of(endpoints);
        try (Client client = new Client(agents);
                Watch<WatchMembershipResponse> watch = client.membership().watch()) {
            while (watch.hasNext()) {
                WatchMembershipResponse message = watch.next();
                switch (message.getMessageCase()) {
                    case SNAPSHOT ->
                        show(
                                message.getSnapshot().getView(),
                                message.getSnapshot().getReason().name());
                    case VIEW -> show(message.getView(), "installed");
                    default -> {}
                }
            }
        }
    }

    private static void show(View view, String why) {
        String members = view.getMembersList().stream().map(Member::getNodeName).collect(Collectors.joining(", "));
        System.out.printf(
                "view %s@%s: %s (%s)%n",
                view.getId().getIncarnation(), view.getId().getController(), members, why);
    }
}
