/* Encrypts standard input's second line with a secret key in a token (AES-CBC with padding, an IV of zeros), and prints the
   ciphertext in hexadecimal. The first line is the PIN. It shares nothing with kmsx.
   encrypt MODULE PARAMETERS TOKEN KEY */
#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As NSS has it: its parameters stand before pReserved. */
struct nss_arguments {
  void *mutex[4];
  CK_FLAGS flags;
  const char *parameters;
  void *reserved;
};

static void check(const char *name, CK_RV rv) {
  if (rv == CKR_OK) return;
  fprintf(stderr, "%s: 0x%lx\n", name, rv);
  exit(1);
}

static size_t line(char *text, int size) {
  if (fgets(text, size, stdin) == NULL) exit(2);
  text[strcspn(text, "\n")] = 0;
  return strlen(text);
}

static CK_SLOT_ID slot_of(CK_FUNCTION_LIST *p11, const char *label) {
  CK_SLOT_ID slots[64];
  CK_ULONG count = 64;
  CK_TOKEN_INFO info;
  check("C_GetSlotList", p11->C_GetSlotList(CK_TRUE, slots, &count));
  for (CK_ULONG i = 0; i < count; i++) {
    check("C_GetTokenInfo", p11->C_GetTokenInfo(slots[i], &info));
    if (memcmp(info.label, label, strlen(label)) == 0) return slots[i];
  }
  exit(3);
}

int main(int argc, char **argv) {
  if (argc != 5) return 2;
  char pin[256], text[256];
  size_t pin_length = line(pin, sizeof pin), text_length = line(text, sizeof text);

  CK_RV (*get_list)(CK_FUNCTION_LIST **);
  CK_FUNCTION_LIST *p11;
  void *module = dlopen(argv[1], RTLD_NOW);
  if (module == NULL) return 4;
  *(void **)&get_list = dlsym(module, "C_GetFunctionList");
  check("C_GetFunctionList", get_list(&p11));
  struct nss_arguments arguments = {.flags = CKF_OS_LOCKING_OK, .parameters = argv[2]};
  check("C_Initialize", p11->C_Initialize(argv[2][0] ? (void *)&arguments : NULL));

  CK_SESSION_HANDLE session;
  check("C_OpenSession", p11->C_OpenSession(slot_of(p11, argv[3]), CKF_SERIAL_SESSION, NULL, NULL, &session));
  check("C_Login", p11->C_Login(session, CKU_USER, (CK_BYTE *)pin, pin_length));

  CK_OBJECT_CLASS class = CKO_SECRET_KEY;
  CK_ATTRIBUTE template[] = {{CKA_CLASS, &class, sizeof class}, {CKA_LABEL, argv[4], strlen(argv[4])}};
  CK_OBJECT_HANDLE keys[2];
  CK_ULONG found;
  check("C_FindObjectsInit", p11->C_FindObjectsInit(session, template, 2));
  check("C_FindObjects", p11->C_FindObjects(session, keys, 2, &found));
  check("C_FindObjectsFinal", p11->C_FindObjectsFinal(session));
  if (found != 1) return 5;

  CK_BYTE iv[16] = {0}, out[512];
  CK_ULONG length = sizeof out;
  CK_MECHANISM mechanism = {CKM_AES_CBC_PAD, iv, sizeof iv};
  check("C_EncryptInit", p11->C_EncryptInit(session, &mechanism, keys[0]));
  check("C_Encrypt", p11->C_Encrypt(session, (CK_BYTE *)text, text_length, out, &length));
  for (CK_ULONG i = 0; i < length; i++) printf("%02x", out[i]);
  check("C_Finalize", p11->C_Finalize(NULL));
  return 0;
}
