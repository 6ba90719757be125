package interop;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Drives com.aliyun:kms20160120, the official client for Java, by its own typed operations.
 *
 * <p>It reads requests on stdin and writes an answer each to stdout, one JSON object a line; ../README.md
 * describes them. It knows the client and nothing else: operations and parameters are found by
 * reflection, and the client is used as Maven gave it.
 */
public final class Driver {
  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

  private Driver() {}

  public static void main(String[] arguments) throws IOException {
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    Caller caller = null;
    for (var line = in.readLine(); line != null; line = in.readLine()) {
      Map<String, ?> answer;
      try {
        var asked = JsonParser.parseString(line).getAsJsonObject();
        if (asked.has("endpoint")) {
          caller = new Caller(asked);
          answer = introduction();
        } else if (caller == null) {
          answer = Map.of("failed", "a configuration must come first");
        } else {
          answer = caller.call(asked.get("action").getAsString(), parameters(asked));
        }
      } catch (NotOffered reason) {
        answer = Map.of("notOffered", true, "reason", reason.getMessage());
      } catch (Exception error) { // the next line may be better
        answer = Map.of("failed", error.toString());
      }
      out.println(GSON.toJson(answer));
    }
  }

  private static Map<String, ?> introduction() throws IOException {
    List<String> operations = Caller.operations();
    return Map.of("client", "java", "version", Caller.version(), "operations", operations);
  }

  private static JsonObject parameters(JsonObject asked) {
    return asked.has("parameters") ? asked.getAsJsonObject("parameters") : new JsonObject();
  }
}
