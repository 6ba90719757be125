#!/usr/bin/env node
import * as nodeModule from 'node:module';

nodeModule.enableCompileCache?.();
await import('../dist/main.js');
