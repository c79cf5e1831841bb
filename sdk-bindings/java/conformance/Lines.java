import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.quorate.QuorateException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/** Reads what a driver is told and writes what it answers. */
final class Lines {
    private static final Gson GSON = new GsonBuilder().serializeNulls().create();

    private final PrintStream output = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    /** Carries out one step. */
    interface Steps {
        Map<String, Object> carryOut(String op, JsonObject args) throws Exception;
    }

    /** Carries out steps until there are no more, each beside the others. */
    void serve(Steps steps) throws IOException {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            JsonObject args = JsonParser.parseString(line).getAsJsonObject();
            Thread step = new Thread(() -> step(steps, args), "step");
            step.setDaemon(true);
            step.start();
        }
    }

    private void step(Steps steps, JsonObject args) {
        Map<String, Object> answer = new HashMap<>();
        answer.put("id", args.get("id").getAsLong());
        try {
            answer.put("ok", steps.carryOut(args.get("op").getAsString(), args));
        } catch (Exception error) {
            Map<String, Object> told = new HashMap<>();
            told.put("kind", kind(error));
            told.put(
                    "reason",
                    error instanceof QuorateException known ? known.reason().orElse(null) : null);
            told.put("text", error.toString());
            answer.put("error", told);
        }
        output.println(GSON.toJson(answer));
    }

    private static String kind(Exception error) {
        if (error instanceof QuorateException.BadOptions) {
            return "options";
        }
        if (error instanceof QuorateException.Refused) {
            return "refused";
        }
        if (error instanceof QuorateException.Unavailable) {
            return "unavailable";
        }
        if (error instanceof QuorateException.DeadlineExceeded || error instanceof TimeoutException) {
            return "deadline";
        }
        return error instanceof QuorateException.ConnectionLost ? "lost" : "other";
    }
}
