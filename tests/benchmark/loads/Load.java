// SPDX-License-Identifier: Apache-2.0
// Lets the virtual machine's own threads work: the collector over a large heap, the compilers at the
// beginning. The program's own thread waits for them.
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

public class Load {
    public static void main(String[] arguments) {
        long deadline = System.nanoTime() + (long) (1e9 * Double.parseDouble(arguments[0]));
        List<Map<Integer, String>> kept = new ArrayList<>();
        for (int map = 0; map < 400; ++map) {
            Map<Integer, String> entries = new HashMap<>();
            for (int key = 0; key < 1000; ++key) {
                entries.put(key, "text " + key);
            }
            kept.add(entries);
        }
        while (System.nanoTime() < deadline) {
            System.gc();
            kept.set((int) (deadline % kept.size()), new HashMap<>());
        }
        System.out.println(kept.size());
    }
}
