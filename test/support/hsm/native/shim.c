/* A module around another one (SHIM_MODULE). It writes the name of each call to SHIM_LOG, and a line to standard output.
   At the call SHIM_AT, a name or a number from 1, it does SHIM_DO: "crash", "hang", or returns that number.
   Arguments are passed on as eight words: no function of PKCS#11 has more, and none has another kind. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <p11-kit/pkcs11.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FUNCTIONS(X) \
  X(C_Initialize) X(C_Finalize) X(C_GetInfo) X(C_GetSlotList) X(C_GetTokenInfo) X(C_GetMechanismInfo) X(C_OpenSession) \
  X(C_CloseSession) X(C_Login) X(C_Logout) X(C_CopyObject) X(C_DestroyObject) X(C_GetAttributeValue) \
  X(C_SetAttributeValue) X(C_FindObjectsInit) X(C_FindObjects) X(C_FindObjectsFinal) X(C_EncryptInit) X(C_Encrypt) \
  X(C_DigestInit) X(C_DigestUpdate) X(C_DigestKey) X(C_DigestFinal) X(C_GenerateKeyPair) X(C_UnwrapKey)

typedef unsigned long word;
typedef CK_RV (*function)(word, word, word, word, word, word, word, word);

static CK_FUNCTION_LIST *real;
static CK_FUNCTION_LIST own;
static int calls;

static void note(const char *text) {
  const char *path = getenv("SHIM_LOG");
  if (path == NULL) return;
  int log = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (write(log, text, strlen(text)) < 0 || write(log, "\n", 1) < 0) abort();
  close(log);
}

/* Whether the real function is not to be called, and what is returned instead. */
static int instead(const char *name, CK_RV *answer) {
  const char *at = getenv("SHIM_AT"), *what = getenv("SHIM_DO");
  puts("a module that talks");
  fflush(stdout);
  note(name);
  calls++;
  if (at == NULL || what == NULL || (strcmp(at, name) != 0 && atoi(at) != calls)) return 0;
  if (strcmp(what, "hang") == 0) {
    note("hanging");
    for (;;) pause();
  }
  if (strcmp(what, "crash") == 0) raise(SIGSEGV);
  *answer = strtoul(what, NULL, 0);
  return 1;
}

#define WRAPPED(name) \
  static CK_RV shim_##name(word a, word b, word c, word d, word e, word f, word g, word h) { \
    CK_RV answer; \
    if (instead(#name, &answer)) return answer; \
    return ((function)(void *)real->name)(a, b, c, d, e, f, g, h); \
  }
FUNCTIONS(WRAPPED)

CK_RV C_GetFunctionList(CK_FUNCTION_LIST **list) {
  void *module = dlopen(getenv("SHIM_MODULE"), RTLD_NOW);
  CK_RV (*get_list)(CK_FUNCTION_LIST **);
  if (module == NULL) return CKR_GENERAL_ERROR;
  *(void **)&get_list = dlsym(module, "C_GetFunctionList");
  CK_RV answer = get_list(&real);
  if (answer != CKR_OK) return answer;
  own = *real;
#define TAKEN(name) own.name = (void *)shim_##name;
  FUNCTIONS(TAKEN)
  *list = &own;
  return CKR_OK;
}
