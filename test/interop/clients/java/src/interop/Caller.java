package interop;

import com.aliyun.kms20160120.Client;
import com.aliyun.tea.TeaException;
import com.aliyun.tea.TeaModel;
import com.aliyun.teaopenapi.models.Config;
import com.aliyun.teautil.models.RuntimeOptions;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/** One client with its configuration. */
final class Caller {
  private static final int TIMEOUT_MS = 60_000;
  private static final String SUFFIX = "WithOptions";
  private static final String PROPERTIES =
      "/META-INF/maven/com.aliyun/kms20160120/pom.properties";

  private final Client client;

  Caller(JsonObject configuration) throws Exception {
    var config =
        new Config()
            .setEndpoint(configuration.get("endpoint").getAsString())
            .setProtocol(configuration.get("protocol").getAsString())
            .setRegionId(configuration.get("region").getAsString())
            .setAccessKeyId(configuration.get("accessKeyId").getAsString())
            .setAccessKeySecret(configuration.get("accessKeySecret").getAsString());
    text(configuration, "securityToken").ifPresent(config::setSecurityToken);
    text(configuration, "signatureVersion").ifPresent(config::setSignatureVersion);
    text(configuration, "signatureAlgorithm").ifPresent(config::setSignatureAlgorithm);
    var caFile = text(configuration, "caFile");
    if (caFile.isPresent()) {
      config.setCa(Files.readString(Path.of(caFile.get())));
    }
    client = new Client(config);
  }

  private static Optional<String> text(JsonObject configuration, String name) {
    var value = configuration.get(name);
    return value == null || value.isJsonNull() ? Optional.empty() : Optional.of(value.getAsString());
  }

  static String version() throws IOException {
    var properties = new Properties();
    try (var in = Client.class.getResourceAsStream(PROPERTIES)) {
      properties.load(in);
    }
    return properties.getProperty("version");
  }

  /** The actions that the client has a typed method for. */
  static List<String> operations() {
    return Arrays.stream(Client.class.getMethods())
        .map(Method::getName)
        .filter(name -> name.endsWith(SUFFIX))
        .map(name -> name.substring(0, name.length() - SUFFIX.length()))
        .map(name -> Character.toUpperCase(name.charAt(0)) + name.substring(1))
        .sorted()
        .toList();
  }

  Map<String, ?> call(String action, JsonObject parameters) throws Exception {
    var method = methodOf(action);
    var arguments = new ArrayList<Object>();
    if (method.getParameterCount() == 2) {
      arguments.add(Requests.make(method.getParameterTypes()[0], parameters));
    } else if (parameters.size() > 0) {
      throw new NotOffered("parameters");
    }
    arguments.add(
        new RuntimeOptions()
            .setAutoretry(false)
            .setMaxAttempts(1)
            .setConnectTimeout(TIMEOUT_MS)
            .setReadTimeout(TIMEOUT_MS));
    try {
      var response = method.invoke(client, arguments.toArray());
      var body = (TeaModel) response.getClass().getMethod("getBody").invoke(response);
      return Map.of("ok", true, "body", body.toMap());
    } catch (InvocationTargetException error) {
      return refused(error.getCause());
    }
  }

  private static Method methodOf(String action) throws NotOffered {
    var name = Character.toLowerCase(action.charAt(0)) + action.substring(1) + SUFFIX;
    return Arrays.stream(Client.class.getMethods())
        .filter(method -> method.getName().equals(name))
        .findFirst()
        .orElseThrow(() -> new NotOffered(action));
  }

  private static Map<String, ?> refused(Throwable error) {
    var said = error;
    while (!(said instanceof TeaException) && said.getCause() != null) {
      said = said.getCause();
    }
    if (!(said instanceof TeaException refusal) || refusal.getStatusCode() == null) {
      return Map.of("failed", error.toString());
    }
    var answer = new LinkedHashMap<String, Object>();
    answer.put("ok", false);
    answer.put("code", refusal.getCode());
    answer.put("httpStatus", refusal.getStatusCode());
    answer.put("message", message(refusal));
    if (refusal.getAccessDeniedDetail() != null) {
      answer.put("accessDeniedDetail", refusal.getAccessDeniedDetail());
    }
    return answer;
  }

  /** The client's own message has more in it than the server's; that one is in the data. */
  private static Object message(TeaException refusal) {
    var data = refusal.getData();
    var message = data == null ? null : data.get("Message");
    return message == null ? refusal.getMessage() : message;
  }
}
