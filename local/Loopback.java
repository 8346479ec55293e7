// DynamoDB Local has no option to listen on loopback only; this starts the same server with its connectors bound there.
import software.amazon.dynamodb.services.local.main.ServerRunner;

public class Loopback {
  public static void main(String[] arguments) throws Exception {
    // whoever started it may be killed at once; then its end of this pipe closes, and the port is free again
    var watch = new Thread(() -> {
      try {
        while (System.in.read() != -1) {}
      } catch (java.io.IOException gone) {
        // as good as closed
      }
      Runtime.getRuntime().halt(0);
    });
    watch.setDaemon(true);
    watch.start();
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
