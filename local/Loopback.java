// DynamoDB Local has no option to listen on loopback only; this starts the same server with its connectors bound there.
import software.amazon.dynamodb.services.local.main.ServerRunner;

public class Loopback {
  public static void main(String[] arguments) throws Exception {
    var runner = ServerRunner.createServerFromCommandLineArgs(arguments);
    for (var field : runner.getClass().getDeclaredFields()) {
      if (!field.getType().getName().equals("org.eclipse.jetty.server.Server")) continue;
      field.setAccessible(true);
      Object server = field.get(runner);
      for (Object connector : (Object[]) server.getClass().getMethod("getConnectors").invoke(server)) {
        connector.getClass().getMethod("setHost", String.class).invoke(connector, "127.0.0.1");
      }
    }
    runner.start();
  }
}
