import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import software.amazon.event.ruler.Machine;

/**
 * Which events match which patterns.
 *
 * Reads one line of JSON, {"patterns": {name: pattern}, "events": [event]}, and answers with one line for each event: the names
 * of the patterns that match it, as a JSON array.
 */
public class Matcher {
  public static void main(String[] arguments) throws Exception {
    ObjectMapper json = new ObjectMapper();
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    JsonNode request = json.readTree(input.readLine());
    Machine machine = new Machine();
    var patterns = ((ObjectNode) request.get("patterns")).fields();
    while (patterns.hasNext()) {
      var pattern = patterns.next();
      machine.addRule(pattern.getKey(), pattern.getValue().toString());
    }
    for (JsonNode event : request.get("events")) {
      System.out.println(json.writeValueAsString(machine.rulesForJSONEvent(event.toString())));
    }
  }
}
