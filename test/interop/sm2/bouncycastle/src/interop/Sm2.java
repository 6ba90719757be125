package interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import org.bouncycastle.crypto.CryptoException;
import org.bouncycastle.crypto.engines.SM2Engine;
import org.bouncycastle.crypto.params.ParametersWithRandom;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.crypto.util.PublicKeyFactory;
import org.bouncycastle.jce.interfaces.ECPointEncoder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/**
 * SM2 by BouncyCastle. It reads requests on stdin and writes an answer each to stdout, a line each: words
 * between spaces, keys and values in base64. What fails ends the program.
 *
 * <ul>
 *   <li>{@code keys}: a new key as PKCS#8, SubjectPublicKeyInfo, and that with a compressed point
 *   <li>{@code encrypt FORM SPKI PLAINTEXT}: the ciphertext
 *   <li>{@code decrypt FORM PKCS8 CIPHERTEXT}: the plaintext
 * </ul>
 *
 * FORM is {@code C1C3C2} or {@code C1C2C3}, both with the 04 of an uncompressed point, or {@code DER}.
 */
public final class Sm2 {
  private Sm2() {}

  public static void main(String[] arguments) throws Exception {
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    for (var line = in.readLine(); line != null; line = in.readLine()) {
      out.println(answer(line.split(" ")));
    }
  }

  private static String answer(String[] words)
      throws CryptoException, GeneralSecurityException, IOException {
    return switch (words[0]) {
      case "keys" -> keys();
      case "encrypt" -> base64(encrypt(words[1], bytes(words[2]), bytes(words[3])));
      case "decrypt" -> base64(decrypt(words[1], bytes(words[2]), bytes(words[3])));
      default -> throw new IllegalArgumentException(words[0]);
    };
  }

  private static String keys() throws GeneralSecurityException {
    var generator = KeyPairGenerator.getInstance("EC", new BouncyCastleProvider());
    generator.initialize(new ECGenParameterSpec("sm2p256v1"));
    var pair = generator.generateKeyPair();
    var usual = base64(pair.getPrivate().getEncoded()) + " " + base64(pair.getPublic().getEncoded());
    ((ECPointEncoder) pair.getPublic()).setPointFormat("COMPRESSED");
    return usual + " " + base64(pair.getPublic().getEncoded());
  }

  private static byte[] encrypt(String form, byte[] spki, byte[] plaintext)
      throws CryptoException, IOException {
    var engine = engine(form);
    engine.init(true, new ParametersWithRandom(PublicKeyFactory.createKey(spki), new SecureRandom()));
    var ciphertext = engine.processBlock(plaintext, 0, plaintext.length);
    return form.equals("DER") ? Sm2Der.write(ciphertext) : ciphertext;
  }

  private static byte[] decrypt(String form, byte[] pkcs8, byte[] ciphertext)
      throws CryptoException, IOException {
    var raw = form.equals("DER") ? Sm2Der.read(ciphertext) : ciphertext;
    var engine = engine(form);
    engine.init(false, PrivateKeyFactory.createKey(pkcs8));
    return engine.processBlock(raw, 0, raw.length);
  }

  private static SM2Engine engine(String form) {
    return new SM2Engine(form.equals("C1C2C3") ? SM2Engine.Mode.C1C2C3 : SM2Engine.Mode.C1C3C2);
  }

  private static byte[] bytes(String base64) {
    return Base64.getDecoder().decode(base64);
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }
}
