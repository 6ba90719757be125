package interop;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Arrays;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.util.BigIntegers;

/** A ciphertext of SM2 as GM/T 0009-2012 §7.2 writes it: x, y, C3 and C2. */
final class Sm2Der {
  private static final int FIELD_BYTES = 32;

  private Sm2Der() {}

  /** From 04, C1, C3 and C2. */
  static byte[] write(byte[] raw) throws IOException {
    var parts = new ASN1EncodableVector();
    parts.add(new ASN1Integer(new BigInteger(1, Arrays.copyOfRange(raw, 1, 33))));
    parts.add(new ASN1Integer(new BigInteger(1, Arrays.copyOfRange(raw, 33, 65))));
    parts.add(new DEROctetString(Arrays.copyOfRange(raw, 65, 97)));
    parts.add(new DEROctetString(Arrays.copyOfRange(raw, 97, raw.length)));
    return new DERSequence(parts).getEncoded(ASN1Encoding.DER);
  }

  /** To 04, C1, C3 and C2. */
  static byte[] read(byte[] der) throws IOException {
    var parts = ASN1Sequence.getInstance(der);
    var again = parts.getEncoded(ASN1Encoding.DER);
    if (parts.size() != 4 || !Arrays.equals(again, der)) throw new IOException("not DER");
    var raw = new ByteArrayOutputStream();
    raw.write(4);
    for (var at = 0; at < 2; at += 1) {
      var coordinate = ASN1Integer.getInstance(parts.getObjectAt(at)).getPositiveValue();
      raw.write(BigIntegers.asUnsignedByteArray(FIELD_BYTES, coordinate));
    }
    for (var at = 2; at < 4; at += 1) {
      raw.write(ASN1OctetString.getInstance(parts.getObjectAt(at)).getOctets());
    }
    return raw.toByteArray();
  }
}
