package interop;

import com.aliyun.tea.NameInMap;
import com.aliyun.tea.TeaModel;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import com.google.gson.ToNumberPolicy;
import com.google.gson.reflect.TypeToken;
import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes the client's own requests from the names on the wire. */
final class Requests {
  /** Strict JSON; a name that an object has twice is an error in a map. */
  private static final Gson GSON =
      new GsonBuilder()
          .setStrictness(Strictness.STRICT)
          .setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE)
          .create();

  private Requests() {}

  static Object make(Class<?> requestClass, JsonObject parameters) throws Exception {
    var values = new LinkedHashMap<String, Object>();
    for (var parameter : parameters.entrySet()) {
      var field = fieldOnWire(requestClass, parameter.getKey());
      values.put(parameter.getKey(), typed(field, parameter.getValue()));
    }
    return TeaModel.toModel(values, (TeaModel) requestClass.getConstructor().newInstance());
  }

  private static Field fieldOnWire(Class<?> requestClass, String name) throws NotOffered {
    return Arrays.stream(requestClass.getFields())
        .filter(field -> field.isAnnotationPresent(NameInMap.class))
        .filter(field -> field.getAnnotation(NameInMap.class).value().equals(name))
        .findFirst()
        .orElseThrow(() -> new NotOffered(name));
  }

  /** What a user of the typed request would write there. */
  private static Object typed(Field field, JsonElement value) throws NotOffered {
    var isText = value.isJsonPrimitive() && value.getAsJsonPrimitive().isString();
    var text = isText ? value.getAsString() : value.toString();
    var type = field.getType();
    try {
      if (type == String.class) {
        return text;
      } else if (type == Integer.class) {
        return Integer.valueOf(text);
      } else if (type == Long.class) {
        return Long.valueOf(text);
      } else if (type == Boolean.class && text.matches("true|false")) {
        return Boolean.valueOf(text);
      } else if (type == Map.class && text.stripLeading().startsWith("{")) {
        return GSON.fromJson(text, new TypeToken<LinkedHashMap<String, Object>>() {});
      } else if (type == List.class && text.stripLeading().startsWith("[")) {
        return GSON.fromJson(text, new TypeToken<List<Object>>() {});
      }
    } catch (NumberFormatException | JsonParseException error) {
      throw new NotOffered(field.getName() + " as " + type.getSimpleName() + ": " + error.getMessage());
    }
    throw new NotOffered(field.getName() + " as " + type.getSimpleName());
  }
}
