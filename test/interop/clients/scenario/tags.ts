/* Tags of keys and secrets, one at a time and several at once. */
import type { Body } from '../protocol.ts';
import type { Saved, Step } from './step.ts';
import { defineSteps, fill, listAt } from './step.ts';

const KEY = { KeyId: '${key}' };
const UNKNOWN = { KeyId: '00000000-0000-4000-8000-000000000000' };

/** Checks the tags at a path of an answer: `Key=Value`, after the id of the resource where it has one. */
function provesTags(path: string, ...tags: readonly string[]) {
  return (body: Body, saved: Saved): void => {
    const found = listAt(body, path).map(({ ResourceId, TagKey, TagValue }) => {
      const of = typeof ResourceId === 'string' ? `${ResourceId} ` : '';
      return `${of}${String(TagKey)}=${String(TagValue)}`;
    });
    const wanted = tags.map((tag) => fill(tag, saved));
    if (found.join() !== wanted.join()) throw new Error(`tags ${found.join()}`);
  };
}

export const TAGS = defineSteps([
  {
    name: 'tags for a key',
    action: 'TagResource',
    parameters: {
      ...KEY,
      Tags: '[{"TagKey":"Project","TagValue":"Apollo"},{"TagKey":"Stage","TagValue":"test"}]',
    },
  },
  {
    proves: provesTags('Tags.Tag', 'Project=Apollo', 'Stage=test'),
    name: 'the tags of a key',
    action: 'ListResourceTags',
    parameters: KEY,
  },
  {
    name: 'a tag less',
    action: 'UntagResource',
    parameters: { ...KEY, TagKeys: '["Stage"]' },
  },
  {
    proves: provesTags('Tags.Tag', 'Project=Apollo'),
    name: 'what is left',
    action: 'ListResourceTags',
    parameters: KEY,
  },
  {
    name: 'a tag for an unknown key',
    action: 'TagResource',
    parameters: { ...UNKNOWN, Tags: '[{"TagKey":"a","TagValue":"b"}]' },
    refused: ['Forbidden.KeyNotFound', 404],
  },
  {
    name: 'a tag less for an unknown key',
    action: 'UntagResource',
    parameters: { ...UNKNOWN, TagKeys: '["a"]' },
    refused: ['Forbidden.KeyNotFound', 404],
  },
  {
    name: 'the tags of an unknown key',
    action: 'ListResourceTags',
    parameters: UNKNOWN,
    refused: ['Forbidden.KeyNotFound', 404],
  },
]);

const KEYS = { RegionId: '${region}', ResourceType: 'key', ResourceId: '["${key}","${otherKey}"]' };
const SECRET = {
  RegionId: '${region}',
  ResourceType: 'secret',
  ResourceId: '["${prefix}/secret"]',
};

const SEVERAL = defineSteps([
  {
    name: 'a tag for two keys',
    action: 'TagResources',
    parameters: { ...KEYS, Tag: '[{"Key":"Owner","Value":"HSM-team"}]' },
  },
  {
    proves: provesTags(
      'TagResources.TagResource',
      '${key} Project=Apollo',
      '${key} Owner=HSM-team',
      '${otherKey} Owner=HSM-team',
    ),
    name: 'the tags of two keys',
    action: 'ListTagResources',
    parameters: KEYS,
    answers: { NextToken: '' },
  },
  {
    name: 'a tag less for two keys',
    action: 'UntagResources',
    parameters: { ...KEYS, TagKey: '["Owner"]' },
  },
  {
    proves: provesTags('TagResources.TagResource', '${key} Project=Apollo'),
    name: 'the keys with a tag',
    action: 'ListTagResources',
    parameters: { ...KEYS, Tag: '[{"Key":"Project","Value":"Apollo"}]' },
  },
  {
    name: 'two tags for a secret',
    action: 'TagResources',
    parameters: { ...SECRET, Tag: '[{"Key":"a","Value":"1"},{"Key":"b","Value":"2"}]' },
  },
  {
    proves: provesTags('TagResources.TagResource', '${prefix}/secret a=1', '${prefix}/secret b=2'),
    name: 'the tags of a secret',
    action: 'ListTagResources',
    parameters: SECRET,
  },
  {
    name: 'all tags less for a secret',
    action: 'UntagResources',
    parameters: { ...SECRET, All: true },
  },
  {
    name: 'tags for what is no key and no secret',
    action: 'TagResources',
    parameters: { ...KEYS, ResourceType: 'alias', Tag: '[{"Key":"a","Value":"b"}]' },
    refused: ['InvalidParameter', 400],
  },
  {
    name: 'tags less in another region',
    action: 'UntagResources',
    parameters: { ...KEYS, RegionId: 'cn-nowhere', TagKey: '["a"]' },
    refused: ['InvalidParameter', 400],
  },
  {
    name: 'the tags of an unknown key among others',
    action: 'ListTagResources',
    parameters: { ...KEYS, ResourceId: `["${UNKNOWN.KeyId}"]` },
    refused: ['Forbidden.KeyNotFound', 404],
  },
]);

export const RESOURCE_TAGS = SEVERAL.map((step): Step => ({ ...step, isLocalOnly: true }));
