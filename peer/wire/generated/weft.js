/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

// Common aliases
const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

// Exported root namespace
const $root = $protobuf.roots["weft"] || ($protobuf.roots["weft"] = {});

export const weft = $root.weft = (() => {

    /**
     * Namespace weft.
     * @exports weft
     * @namespace
     */
    const weft = {};

    weft.v1 = (function() {

        /**
         * Namespace v1.
         * @memberof weft
         * @namespace
         */
        const v1 = {};

        v1.Frame = (function() {

            /**
             * Properties of a Frame.
             * @typedef {Object} weft.v1.Frame.$Properties
             * @property {weft.v1.Hello.$Properties|null} [hello] Frame hello
             * @property {weft.v1.Auth.$Properties|null} [auth] Frame auth
             * @property {weft.v1.Heartbeat.$Properties|null} [heartbeat] Frame heartbeat
             * @property {weft.v1.Records.$Properties|null} [records] Frame records
             * @property {weft.v1.Have.$Properties|null} [have] Frame have
             * @property {weft.v1.Want.$Properties|null} [want] Frame want
             * @property {weft.v1.BucketDigests.$Properties|null} [bucketDigests] Frame bucketDigests
             * @property {weft.v1.BucketEntries.$Properties|null} [bucketEntries] Frame bucketEntries
             * @property {weft.v1.Request.$Properties|null} [request] Frame request
             * @property {weft.v1.Reply.$Properties|null} [reply] Frame reply
             * @property {weft.v1.Bye.$Properties|null} [bye] Frame bye
             * @property {"hello"|"auth"|"heartbeat"|"records"|"have"|"want"|"bucketDigests"|"bucketEntries"|"request"|"reply"|"bye"} [body] Frame body
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Frame.
             * @memberof weft.v1
             * @interface IFrame
             * @augments weft.v1.Frame.$Properties
             * @deprecated Use weft.v1.Frame.$Properties instead.
             */

            /**
             * Narrowed shape of a Frame.
             * @typedef {{
             *   hello?: weft.v1.Hello.$Shape|null;
             *   auth?: weft.v1.Auth.$Shape|null;
             *   heartbeat?: weft.v1.Heartbeat.$Shape|null;
             *   records?: weft.v1.Records.$Shape|null;
             *   have?: weft.v1.Have.$Shape|null;
             *   want?: weft.v1.Want.$Shape|null;
             *   bucketDigests?: weft.v1.BucketDigests.$Shape|null;
             *   bucketEntries?: weft.v1.BucketEntries.$Shape|null;
             *   request?: weft.v1.Request.$Shape|null;
             *   reply?: weft.v1.Reply.$Shape|null;
             *   bye?: weft.v1.Bye.$Shape|null;
             *   $unknowns?: Array.<Uint8Array>;
             * } & (
             *   ({ body?: undefined; hello?: null; auth?: null; heartbeat?: null; records?: null; have?: null; want?: null; bucketDigests?: null; bucketEntries?: null; request?: null; reply?: null; bye?: null }|{ body?: "hello"; hello: weft.v1.Hello.$Shape; auth?: null; heartbeat?: null; records?: null; have?: null; want?: null; bucketDigests?: null; bucketEntries?: null; request?: null; reply?: null; bye?: null }|{ body?: "auth"; hello?: null; auth: weft.v1.Auth.$Shape; heartbeat?: null; records?: null; have?: null; want?: null; bucketDigests?: null; bucketEntries?: null; request?: null; reply?: null; bye?: null }|{ body?: "heartbeat"; hello?: null; auth?: null; heartbeat: weft.v1.Heartbeat.$Shape; records?: null; have?: null; want?: null; bucketDigests?: null; bucketEntries?: null; request?: null; reply?: null; bye?: null }|{ body?: "records"; hello?: null; auth?: null; heartbeat?: null; records: weft.v1.Records.$Shape; have?: null; want?: null; bucketDigests?: null; bucketEntries?: null; request?: null; reply?: null; bye?: null }|{ body?: "have"; hello?: null; auth?: null; heartbeat?: null; records?: null; have: weft.v1.Have.$Shape; want?: null; bucketDigests?: null; bucketEntries?: null; request?: null; reply?: null; bye?: null }|{ body?: "want"; hello?: null; auth?: null; heartbeat?: null; records?: null; have?: null; want: weft.v1.Want.$Shape; bucketDigests?: null; bucketEntries?: null; request?: null; reply?: null; bye?: null }|{ body?: "bucketDigests"; hello?: null; auth?: null; heartbeat?: null; records?: null; have?: null; want?: null; bucketDigests: weft.v1.BucketDigests.$Shape; bucketEntries?: null; request?: null; reply?: null; bye?: null }|{ body?: "bucketEntries"; hello?: null; auth?: null; heartbeat?: null; records?: null; have?: null; want?: null; bucketDigests?: null; bucketEntries: weft.v1.BucketEntries.$Shape; request?: null; reply?: null; bye?: null }|{ body?: "request"; hello?: null; auth?: null; heartbeat?: null; records?: null; have?: null; want?: null; bucketDigests?: null; bucketEntries?: null; request: weft.v1.Request.$Shape; reply?: null; bye?: null }|{ body?: "reply"; hello?: null; auth?: null; heartbeat?: null; records?: null; have?: null; want?: null; bucketDigests?: null; bucketEntries?: null; request?: null; reply: weft.v1.Reply.$Shape; bye?: null }|{ body?: "bye"; hello?: null; auth?: null; heartbeat?: null; records?: null; have?: null; want?: null; bucketDigests?: null; bucketEntries?: null; request?: null; reply?: null; bye: weft.v1.Bye.$Shape })
             * )} weft.v1.Frame.$Shape
             */

            /**
             * Constructs a new Frame.
             * @memberof weft.v1
             * @classdesc Represents a Frame.
             * @constructor
             * @param {weft.v1.Frame.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Frame = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Frame hello.
             * @member {weft.v1.Hello.$Properties|null|undefined} hello
             * @memberof weft.v1.Frame
             * @instance
             */
            Frame.prototype.hello = null;

            /**
             * Frame auth.
             * @member {weft.v1.Auth.$Properties|null|undefined} auth
             * @memberof weft.v1.Frame
             * @instance
             */
            Frame.prototype.auth = null;

            /**
             * Frame heartbeat.
             * @member {weft.v1.Heartbeat.$Properties|null|undefined} heartbeat
             * @memberof weft.v1.Frame
             * @instance
             */
            Frame.prototype.heartbeat = null;

            /**
             * Frame records.
             * @member {weft.v1.Records.$Properties|null|undefined} records
             * @memberof weft.v1.Frame
             * @instance
             */
            Frame.prototype.records = null;

            /**
             * Frame have.
             * @member {weft.v1.Have.$Properties|null|undefined} have
             * @memberof weft.v1.Frame
             * @instance
             */
            Frame.prototype.have = null;

            /**
             * Frame want.
             * @member {weft.v1.Want.$Properties|null|undefined} want
             * @memberof weft.v1.Frame
             * @instance
             */
            Frame.prototype.want = null;

            /**
             * Frame bucketDigests.
             * @member {weft.v1.BucketDigests.$Properties|null|undefined} bucketDigests
             * @memberof weft.v1.Frame
             * @instance
             */
            Frame.prototype.bucketDigests = null;

            /**
             * Frame bucketEntries.
             * @member {weft.v1.BucketEntries.$Properties|null|undefined} bucketEntries
             * @memberof weft.v1.Frame
             * @instance
             */
            Frame.prototype.bucketEntries = null;

            /**
             * Frame request.
             * @member {weft.v1.Request.$Properties|null|undefined} request
             * @memberof weft.v1.Frame
             * @instance
             */
            Frame.prototype.request = null;

            /**
             * Frame reply.
             * @member {weft.v1.Reply.$Properties|null|undefined} reply
             * @memberof weft.v1.Frame
             * @instance
             */
            Frame.prototype.reply = null;

            /**
             * Frame bye.
             * @member {weft.v1.Bye.$Properties|null|undefined} bye
             * @memberof weft.v1.Frame
             * @instance
             */
            Frame.prototype.bye = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            /**
             * Frame body.
             * @member {"hello"|"auth"|"heartbeat"|"records"|"have"|"want"|"bucketDigests"|"bucketEntries"|"request"|"reply"|"bye"|undefined} body
             * @memberof weft.v1.Frame
             * @instance
             */
            $Object.defineProperty(Frame.prototype, "body", {
                get: $util.oneOfGetter($oneOfFields = ["hello", "auth", "heartbeat", "records", "have", "want", "bucketDigests", "bucketEntries", "request", "reply", "bye"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified Frame message. Does not implicitly {@link weft.v1.Frame.verify|verify} messages.
             * @function encode
             * @memberof weft.v1.Frame
             * @static
             * @param {weft.v1.Frame.$Properties} message Frame message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Frame.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.hello != null && $Object.hasOwnProperty.call(message, "hello"))
                    $root.weft.v1.Hello.encode(message.hello, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.auth != null && $Object.hasOwnProperty.call(message, "auth"))
                    $root.weft.v1.Auth.encode(message.auth, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.heartbeat != null && $Object.hasOwnProperty.call(message, "heartbeat"))
                    $root.weft.v1.Heartbeat.encode(message.heartbeat, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.records != null && $Object.hasOwnProperty.call(message, "records"))
                    $root.weft.v1.Records.encode(message.records, writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.have != null && $Object.hasOwnProperty.call(message, "have"))
                    $root.weft.v1.Have.encode(message.have, writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
                if (message.want != null && $Object.hasOwnProperty.call(message, "want"))
                    $root.weft.v1.Want.encode(message.want, writer.uint32(/* id 6, wireType 2 =*/50).fork(), _depth + 1).ldelim();
                if (message.bucketDigests != null && $Object.hasOwnProperty.call(message, "bucketDigests"))
                    $root.weft.v1.BucketDigests.encode(message.bucketDigests, writer.uint32(/* id 7, wireType 2 =*/58).fork(), _depth + 1).ldelim();
                if (message.bucketEntries != null && $Object.hasOwnProperty.call(message, "bucketEntries"))
                    $root.weft.v1.BucketEntries.encode(message.bucketEntries, writer.uint32(/* id 8, wireType 2 =*/66).fork(), _depth + 1).ldelim();
                if (message.request != null && $Object.hasOwnProperty.call(message, "request"))
                    $root.weft.v1.Request.encode(message.request, writer.uint32(/* id 9, wireType 2 =*/74).fork(), _depth + 1).ldelim();
                if (message.reply != null && $Object.hasOwnProperty.call(message, "reply"))
                    $root.weft.v1.Reply.encode(message.reply, writer.uint32(/* id 10, wireType 2 =*/82).fork(), _depth + 1).ldelim();
                if (message.bye != null && $Object.hasOwnProperty.call(message, "bye"))
                    $root.weft.v1.Bye.encode(message.bye, writer.uint32(/* id 11, wireType 2 =*/90).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Frame message from the specified reader or buffer.
             * @function decode
             * @memberof weft.v1.Frame
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {weft.v1.Frame & weft.v1.Frame.$Shape} Frame
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Frame.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.weft.v1.Frame();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            message.hello = $root.weft.v1.Hello.decode(reader, reader.size(), $undefined, _depth + 1, message.hello);
                            message.body = "hello";
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.auth = $root.weft.v1.Auth.decode(reader, reader.size(), $undefined, _depth + 1, message.auth);
                            message.body = "auth";
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.heartbeat = $root.weft.v1.Heartbeat.decode(reader, reader.size(), $undefined, _depth + 1, message.heartbeat);
                            message.body = "heartbeat";
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            message.records = $root.weft.v1.Records.decode(reader, reader.size(), $undefined, _depth + 1, message.records);
                            message.body = "records";
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            message.have = $root.weft.v1.Have.decode(reader, reader.size(), $undefined, _depth + 1, message.have);
                            message.body = "have";
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            message.want = $root.weft.v1.Want.decode(reader, reader.size(), $undefined, _depth + 1, message.want);
                            message.body = "want";
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            message.bucketDigests = $root.weft.v1.BucketDigests.decode(reader, reader.size(), $undefined, _depth + 1, message.bucketDigests);
                            message.body = "bucketDigests";
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            message.bucketEntries = $root.weft.v1.BucketEntries.decode(reader, reader.size(), $undefined, _depth + 1, message.bucketEntries);
                            message.body = "bucketEntries";
                            continue;
                        }
                    case 9: {
                            if (wireType !== 2)
                                break;
                            message.request = $root.weft.v1.Request.decode(reader, reader.size(), $undefined, _depth + 1, message.request);
                            message.body = "request";
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            message.reply = $root.weft.v1.Reply.decode(reader, reader.size(), $undefined, _depth + 1, message.reply);
                            message.body = "reply";
                            continue;
                        }
                    case 11: {
                            if (wireType !== 2)
                                break;
                            message.bye = $root.weft.v1.Bye.decode(reader, reader.size(), $undefined, _depth + 1, message.bye);
                            message.body = "bye";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Frame;
        })();

        v1.Hello = (function() {

            /**
             * Properties of a Hello.
             * @typedef {Object} weft.v1.Hello.$Properties
             * @property {number|null} [protocolMin] Hello protocolMin
             * @property {number|null} [protocolMax] Hello protocolMax
             * @property {Uint8Array|null} [cluster] Hello cluster
             * @property {Uint8Array|null} [key] Hello key
             * @property {Uint8Array|null} [nonce] Hello nonce
             * @property {Uint8Array|null} [configDigest] Hello configDigest
             * @property {string|null} [name] Hello name
             * @property {Uint8Array|null} [keyId] Hello keyId
             * @property {Uint8Array|null} [channel] Hello channel
             * @property {Uint8Array|null} [admission] Hello admission
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Hello.
             * @memberof weft.v1
             * @interface IHello
             * @augments weft.v1.Hello.$Properties
             * @deprecated Use weft.v1.Hello.$Properties instead.
             */

            /**
             * Shape of a Hello.
             * @typedef {weft.v1.Hello.$Properties} weft.v1.Hello.$Shape
             */

            /**
             * Constructs a new Hello.
             * @memberof weft.v1
             * @classdesc Represents a Hello.
             * @constructor
             * @param {weft.v1.Hello.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Hello = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Hello protocolMin.
             * @member {number} protocolMin
             * @memberof weft.v1.Hello
             * @instance
             */
            Hello.prototype.protocolMin = 0;

            /**
             * Hello protocolMax.
             * @member {number} protocolMax
             * @memberof weft.v1.Hello
             * @instance
             */
            Hello.prototype.protocolMax = 0;

            /**
             * Hello cluster.
             * @member {Uint8Array} cluster
             * @memberof weft.v1.Hello
             * @instance
             */
            Hello.prototype.cluster = $util.newBuffer([]);

            /**
             * Hello key.
             * @member {Uint8Array} key
             * @memberof weft.v1.Hello
             * @instance
             */
            Hello.prototype.key = $util.newBuffer([]);

            /**
             * Hello nonce.
             * @member {Uint8Array} nonce
             * @memberof weft.v1.Hello
             * @instance
             */
            Hello.prototype.nonce = $util.newBuffer([]);

            /**
             * Hello configDigest.
             * @member {Uint8Array} configDigest
             * @memberof weft.v1.Hello
             * @instance
             */
            Hello.prototype.configDigest = $util.newBuffer([]);

            /**
             * Hello name.
             * @member {string} name
             * @memberof weft.v1.Hello
             * @instance
             */
            Hello.prototype.name = "";

            /**
             * Hello keyId.
             * @member {Uint8Array} keyId
             * @memberof weft.v1.Hello
             * @instance
             */
            Hello.prototype.keyId = $util.newBuffer([]);

            /**
             * Hello channel.
             * @member {Uint8Array} channel
             * @memberof weft.v1.Hello
             * @instance
             */
            Hello.prototype.channel = $util.newBuffer([]);

            /**
             * Hello admission.
             * @member {Uint8Array} admission
             * @memberof weft.v1.Hello
             * @instance
             */
            Hello.prototype.admission = $util.newBuffer([]);

            /**
             * Encodes the specified Hello message. Does not implicitly {@link weft.v1.Hello.verify|verify} messages.
             * @function encode
             * @memberof weft.v1.Hello
             * @static
             * @param {weft.v1.Hello.$Properties} message Hello message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Hello.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.protocolMin != null && $Object.hasOwnProperty.call(message, "protocolMin") && message.protocolMin !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.protocolMin);
                if (message.protocolMax != null && $Object.hasOwnProperty.call(message, "protocolMax") && message.protocolMax !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.protocolMax);
                if (message.cluster != null && $Object.hasOwnProperty.call(message, "cluster") && message.cluster.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.cluster);
                if (message.key != null && $Object.hasOwnProperty.call(message, "key") && message.key.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).bytes(message.key);
                if (message.nonce != null && $Object.hasOwnProperty.call(message, "nonce") && message.nonce.length)
                    writer.uint32(/* id 5, wireType 2 =*/42).bytes(message.nonce);
                if (message.configDigest != null && $Object.hasOwnProperty.call(message, "configDigest") && message.configDigest.length)
                    writer.uint32(/* id 6, wireType 2 =*/50).bytes(message.configDigest);
                if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                    writer.uint32(/* id 7, wireType 2 =*/58).string(message.name);
                if (message.keyId != null && $Object.hasOwnProperty.call(message, "keyId") && message.keyId.length)
                    writer.uint32(/* id 8, wireType 2 =*/66).bytes(message.keyId);
                if (message.channel != null && $Object.hasOwnProperty.call(message, "channel") && message.channel.length)
                    writer.uint32(/* id 9, wireType 2 =*/74).bytes(message.channel);
                if (message.admission != null && $Object.hasOwnProperty.call(message, "admission") && message.admission.length)
                    writer.uint32(/* id 10, wireType 2 =*/82).bytes(message.admission);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Hello message from the specified reader or buffer.
             * @function decode
             * @memberof weft.v1.Hello
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {weft.v1.Hello & weft.v1.Hello.$Shape} Hello
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Hello.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.weft.v1.Hello();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.protocolMin = value;
                            else
                                delete message.protocolMin;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.protocolMax = value;
                            else
                                delete message.protocolMax;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.cluster = value;
                            else
                                delete message.cluster;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.key = value;
                            else
                                delete message.key;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.nonce = value;
                            else
                                delete message.nonce;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.configDigest = value;
                            else
                                delete message.configDigest;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.name = value;
                            else
                                delete message.name;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.keyId = value;
                            else
                                delete message.keyId;
                            continue;
                        }
                    case 9: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.channel = value;
                            else
                                delete message.channel;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.admission = value;
                            else
                                delete message.admission;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Hello;
        })();

        v1.Auth = (function() {

            /**
             * Properties of an Auth.
             * @typedef {Object} weft.v1.Auth.$Properties
             * @property {Uint8Array|null} [keyId] Auth keyId
             * @property {Uint8Array|null} [membership] Auth membership
             * @property {Uint8Array|null} [signature] Auth signature
             * @property {Uint8Array|null} [answers] Auth answers
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an Auth.
             * @memberof weft.v1
             * @interface IAuth
             * @augments weft.v1.Auth.$Properties
             * @deprecated Use weft.v1.Auth.$Properties instead.
             */

            /**
             * Shape of an Auth.
             * @typedef {weft.v1.Auth.$Properties} weft.v1.Auth.$Shape
             */

            /**
             * Constructs a new Auth.
             * @memberof weft.v1
             * @classdesc Represents an Auth.
             * @constructor
             * @param {weft.v1.Auth.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Auth = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Auth keyId.
             * @member {Uint8Array} keyId
             * @memberof weft.v1.Auth
             * @instance
             */
            Auth.prototype.keyId = $util.newBuffer([]);

            /**
             * Auth membership.
             * @member {Uint8Array} membership
             * @memberof weft.v1.Auth
             * @instance
             */
            Auth.prototype.membership = $util.newBuffer([]);

            /**
             * Auth signature.
             * @member {Uint8Array} signature
             * @memberof weft.v1.Auth
             * @instance
             */
            Auth.prototype.signature = $util.newBuffer([]);

            /**
             * Auth answers.
             * @member {Uint8Array} answers
             * @memberof weft.v1.Auth
             * @instance
             */
            Auth.prototype.answers = $util.newBuffer([]);

            /**
             * Encodes the specified Auth message. Does not implicitly {@link weft.v1.Auth.verify|verify} messages.
             * @function encode
             * @memberof weft.v1.Auth
             * @static
             * @param {weft.v1.Auth.$Properties} message Auth message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Auth.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.keyId != null && $Object.hasOwnProperty.call(message, "keyId") && message.keyId.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.keyId);
                if (message.membership != null && $Object.hasOwnProperty.call(message, "membership") && message.membership.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.membership);
                if (message.signature != null && $Object.hasOwnProperty.call(message, "signature") && message.signature.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.signature);
                if (message.answers != null && $Object.hasOwnProperty.call(message, "answers") && message.answers.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).bytes(message.answers);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an Auth message from the specified reader or buffer.
             * @function decode
             * @memberof weft.v1.Auth
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {weft.v1.Auth & weft.v1.Auth.$Shape} Auth
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Auth.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.weft.v1.Auth();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.keyId = value;
                            else
                                delete message.keyId;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.membership = value;
                            else
                                delete message.membership;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.signature = value;
                            else
                                delete message.signature;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.answers = value;
                            else
                                delete message.answers;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Auth;
        })();

        v1.Heartbeat = (function() {

            /**
             * Properties of a Heartbeat.
             * @typedef {Object} weft.v1.Heartbeat.$Properties
             * @property {Uint8Array|null} [setHash] Heartbeat setHash
             * @property {boolean|null} [wanted] Heartbeat wanted
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Heartbeat.
             * @memberof weft.v1
             * @interface IHeartbeat
             * @augments weft.v1.Heartbeat.$Properties
             * @deprecated Use weft.v1.Heartbeat.$Properties instead.
             */

            /**
             * Shape of a Heartbeat.
             * @typedef {weft.v1.Heartbeat.$Properties} weft.v1.Heartbeat.$Shape
             */

            /**
             * Constructs a new Heartbeat.
             * @memberof weft.v1
             * @classdesc Represents a Heartbeat.
             * @constructor
             * @param {weft.v1.Heartbeat.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Heartbeat = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Heartbeat setHash.
             * @member {Uint8Array} setHash
             * @memberof weft.v1.Heartbeat
             * @instance
             */
            Heartbeat.prototype.setHash = $util.newBuffer([]);

            /**
             * Heartbeat wanted.
             * @member {boolean} wanted
             * @memberof weft.v1.Heartbeat
             * @instance
             */
            Heartbeat.prototype.wanted = false;

            /**
             * Encodes the specified Heartbeat message. Does not implicitly {@link weft.v1.Heartbeat.verify|verify} messages.
             * @function encode
             * @memberof weft.v1.Heartbeat
             * @static
             * @param {weft.v1.Heartbeat.$Properties} message Heartbeat message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Heartbeat.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.setHash != null && $Object.hasOwnProperty.call(message, "setHash") && message.setHash.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.setHash);
                if (message.wanted != null && $Object.hasOwnProperty.call(message, "wanted") && message.wanted !== false)
                    writer.uint32(/* id 2, wireType 0 =*/16).bool(message.wanted);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Heartbeat message from the specified reader or buffer.
             * @function decode
             * @memberof weft.v1.Heartbeat
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {weft.v1.Heartbeat & weft.v1.Heartbeat.$Shape} Heartbeat
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Heartbeat.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.weft.v1.Heartbeat();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.setHash = value;
                            else
                                delete message.setHash;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.wanted = value;
                            else
                                delete message.wanted;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Heartbeat;
        })();

        v1.Records = (function() {

            /**
             * Properties of a Records.
             * @typedef {Object} weft.v1.Records.$Properties
             * @property {Array.<weft.v1.SignedRecord.$Properties>|null} [records] Records records
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Records.
             * @memberof weft.v1
             * @interface IRecords
             * @augments weft.v1.Records.$Properties
             * @deprecated Use weft.v1.Records.$Properties instead.
             */

            /**
             * Shape of a Records.
             * @typedef {weft.v1.Records.$Properties} weft.v1.Records.$Shape
             */

            /**
             * Constructs a new Records.
             * @memberof weft.v1
             * @classdesc Represents a Records.
             * @constructor
             * @param {weft.v1.Records.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Records = function (properties) {
                this.records = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Records records.
             * @member {Array.<weft.v1.SignedRecord.$Properties>} records
             * @memberof weft.v1.Records
             * @instance
             */
            Records.prototype.records = $util.emptyArray;

            /**
             * Encodes the specified Records message. Does not implicitly {@link weft.v1.Records.verify|verify} messages.
             * @function encode
             * @memberof weft.v1.Records
             * @static
             * @param {weft.v1.Records.$Properties} message Records message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Records.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.records != null && message.records.length)
                    for (let i = 0; i < message.records.length; ++i)
                        $root.weft.v1.SignedRecord.encode(message.records[i], writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Records message from the specified reader or buffer.
             * @function decode
             * @memberof weft.v1.Records
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {weft.v1.Records & weft.v1.Records.$Shape} Records
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Records.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.weft.v1.Records();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if (!(message.records && message.records.length))
                                message.records = [];
                            message.records.push($root.weft.v1.SignedRecord.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Records;
        })();

        v1.Have = (function() {

            /**
             * Properties of a Have.
             * @typedef {Object} weft.v1.Have.$Properties
             * @property {Array.<weft.v1.RecordId.$Properties>|null} [ids] Have ids
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Have.
             * @memberof weft.v1
             * @interface IHave
             * @augments weft.v1.Have.$Properties
             * @deprecated Use weft.v1.Have.$Properties instead.
             */

            /**
             * Shape of a Have.
             * @typedef {weft.v1.Have.$Properties} weft.v1.Have.$Shape
             */

            /**
             * Constructs a new Have.
             * @memberof weft.v1
             * @classdesc Represents a Have.
             * @constructor
             * @param {weft.v1.Have.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Have = function (properties) {
                this.ids = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Have ids.
             * @member {Array.<weft.v1.RecordId.$Properties>} ids
             * @memberof weft.v1.Have
             * @instance
             */
            Have.prototype.ids = $util.emptyArray;

            /**
             * Encodes the specified Have message. Does not implicitly {@link weft.v1.Have.verify|verify} messages.
             * @function encode
             * @memberof weft.v1.Have
             * @static
             * @param {weft.v1.Have.$Properties} message Have message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Have.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.ids != null && message.ids.length)
                    for (let i = 0; i < message.ids.length; ++i)
                        $root.weft.v1.RecordId.encode(message.ids[i], writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Have message from the specified reader or buffer.
             * @function decode
             * @memberof weft.v1.Have
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {weft.v1.Have & weft.v1.Have.$Shape} Have
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Have.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.weft.v1.Have();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if (!(message.ids && message.ids.length))
                                message.ids = [];
                            message.ids.push($root.weft.v1.RecordId.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Have;
        })();

        v1.Want = (function() {

            /**
             * Properties of a Want.
             * @typedef {Object} weft.v1.Want.$Properties
             * @property {Array.<weft.v1.RecordId.$Properties>|null} [ids] Want ids
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Want.
             * @memberof weft.v1
             * @interface IWant
             * @augments weft.v1.Want.$Properties
             * @deprecated Use weft.v1.Want.$Properties instead.
             */

            /**
             * Shape of a Want.
             * @typedef {weft.v1.Want.$Properties} weft.v1.Want.$Shape
             */

            /**
             * Constructs a new Want.
             * @memberof weft.v1
             * @classdesc Represents a Want.
             * @constructor
             * @param {weft.v1.Want.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Want = function (properties) {
                this.ids = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Want ids.
             * @member {Array.<weft.v1.RecordId.$Properties>} ids
             * @memberof weft.v1.Want
             * @instance
             */
            Want.prototype.ids = $util.emptyArray;

            /**
             * Encodes the specified Want message. Does not implicitly {@link weft.v1.Want.verify|verify} messages.
             * @function encode
             * @memberof weft.v1.Want
             * @static
             * @param {weft.v1.Want.$Properties} message Want message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Want.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.ids != null && message.ids.length)
                    for (let i = 0; i < message.ids.length; ++i)
                        $root.weft.v1.RecordId.encode(message.ids[i], writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Want message from the specified reader or buffer.
             * @function decode
             * @memberof weft.v1.Want
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {weft.v1.Want & weft.v1.Want.$Shape} Want
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Want.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.weft.v1.Want();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if (!(message.ids && message.ids.length))
                                message.ids = [];
                            message.ids.push($root.weft.v1.RecordId.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Want;
        })();

        v1.BucketDigests = (function() {

            /**
             * Properties of a BucketDigests.
             * @typedef {Object} weft.v1.BucketDigests.$Properties
             * @property {Uint8Array|null} [digests] BucketDigests digests
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a BucketDigests.
             * @memberof weft.v1
             * @interface IBucketDigests
             * @augments weft.v1.BucketDigests.$Properties
             * @deprecated Use weft.v1.BucketDigests.$Properties instead.
             */

            /**
             * Shape of a BucketDigests.
             * @typedef {weft.v1.BucketDigests.$Properties} weft.v1.BucketDigests.$Shape
             */

            /**
             * Constructs a new BucketDigests.
             * @memberof weft.v1
             * @classdesc Represents a BucketDigests.
             * @constructor
             * @param {weft.v1.BucketDigests.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const BucketDigests = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * BucketDigests digests.
             * @member {Uint8Array} digests
             * @memberof weft.v1.BucketDigests
             * @instance
             */
            BucketDigests.prototype.digests = $util.newBuffer([]);

            /**
             * Encodes the specified BucketDigests message. Does not implicitly {@link weft.v1.BucketDigests.verify|verify} messages.
             * @function encode
             * @memberof weft.v1.BucketDigests
             * @static
             * @param {weft.v1.BucketDigests.$Properties} message BucketDigests message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            BucketDigests.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.digests != null && $Object.hasOwnProperty.call(message, "digests") && message.digests.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.digests);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a BucketDigests message from the specified reader or buffer.
             * @function decode
             * @memberof weft.v1.BucketDigests
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {weft.v1.BucketDigests & weft.v1.BucketDigests.$Shape} BucketDigests
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            BucketDigests.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.weft.v1.BucketDigests();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.digests = value;
                            else
                                delete message.digests;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return BucketDigests;
        })();

        v1.BucketEntries = (function() {

            /**
             * Properties of a BucketEntries.
             * @typedef {Object} weft.v1.BucketEntries.$Properties
             * @property {Uint8Array|null} [buckets] BucketEntries buckets
             * @property {Array.<weft.v1.RecordId.$Properties>|null} [entries] BucketEntries entries
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a BucketEntries.
             * @memberof weft.v1
             * @interface IBucketEntries
             * @augments weft.v1.BucketEntries.$Properties
             * @deprecated Use weft.v1.BucketEntries.$Properties instead.
             */

            /**
             * Shape of a BucketEntries.
             * @typedef {weft.v1.BucketEntries.$Properties} weft.v1.BucketEntries.$Shape
             */

            /**
             * Constructs a new BucketEntries.
             * @memberof weft.v1
             * @classdesc Represents a BucketEntries.
             * @constructor
             * @param {weft.v1.BucketEntries.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const BucketEntries = function (properties) {
                this.entries = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * BucketEntries buckets.
             * @member {Uint8Array} buckets
             * @memberof weft.v1.BucketEntries
             * @instance
             */
            BucketEntries.prototype.buckets = $util.newBuffer([]);

            /**
             * BucketEntries entries.
             * @member {Array.<weft.v1.RecordId.$Properties>} entries
             * @memberof weft.v1.BucketEntries
             * @instance
             */
            BucketEntries.prototype.entries = $util.emptyArray;

            /**
             * Encodes the specified BucketEntries message. Does not implicitly {@link weft.v1.BucketEntries.verify|verify} messages.
             * @function encode
             * @memberof weft.v1.BucketEntries
             * @static
             * @param {weft.v1.BucketEntries.$Properties} message BucketEntries message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            BucketEntries.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.buckets != null && $Object.hasOwnProperty.call(message, "buckets") && message.buckets.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.buckets);
                if (message.entries != null && message.entries.length)
                    for (let i = 0; i < message.entries.length; ++i)
                        $root.weft.v1.RecordId.encode(message.entries[i], writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a BucketEntries message from the specified reader or buffer.
             * @function decode
             * @memberof weft.v1.BucketEntries
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {weft.v1.BucketEntries & weft.v1.BucketEntries.$Shape} BucketEntries
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            BucketEntries.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.weft.v1.BucketEntries();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.buckets = value;
                            else
                                delete message.buckets;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if (!(message.entries && message.entries.length))
                                message.entries = [];
                            message.entries.push($root.weft.v1.RecordId.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return BucketEntries;
        })();

        v1.Bye = (function() {

            /**
             * Properties of a Bye.
             * @typedef {Object} weft.v1.Bye.$Properties
             * @property {string|null} [reason] Bye reason
             * @property {string|null} [detail] Bye detail
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Bye.
             * @memberof weft.v1
             * @interface IBye
             * @augments weft.v1.Bye.$Properties
             * @deprecated Use weft.v1.Bye.$Properties instead.
             */

            /**
             * Shape of a Bye.
             * @typedef {weft.v1.Bye.$Properties} weft.v1.Bye.$Shape
             */

            /**
             * Constructs a new Bye.
             * @memberof weft.v1
             * @classdesc Represents a Bye.
             * @constructor
             * @param {weft.v1.Bye.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Bye = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Bye reason.
             * @member {string} reason
             * @memberof weft.v1.Bye
             * @instance
             */
            Bye.prototype.reason = "";

            /**
             * Bye detail.
             * @member {string} detail
             * @memberof weft.v1.Bye
             * @instance
             */
            Bye.prototype.detail = "";

            /**
             * Encodes the specified Bye message. Does not implicitly {@link weft.v1.Bye.verify|verify} messages.
             * @function encode
             * @memberof weft.v1.Bye
             * @static
             * @param {weft.v1.Bye.$Properties} message Bye message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Bye.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.reason);
                if (message.detail != null && $Object.hasOwnProperty.call(message, "detail") && message.detail !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.detail);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Bye message from the specified reader or buffer.
             * @function decode
             * @memberof weft.v1.Bye
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {weft.v1.Bye & weft.v1.Bye.$Shape} Bye
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Bye.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.weft.v1.Bye();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.reason = value;
                            else
                                delete message.reason;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.detail = value;
                            else
                                delete message.detail;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Bye;
        })();

        v1.SignedRecord = (function() {

            /**
             * Properties of a SignedRecord.
             * @typedef {Object} weft.v1.SignedRecord.$Properties
             * @property {Uint8Array|null} [body] SignedRecord body
             * @property {Uint8Array|null} [signature] SignedRecord signature
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SignedRecord.
             * @memberof weft.v1
             * @interface ISignedRecord
             * @augments weft.v1.SignedRecord.$Properties
             * @deprecated Use weft.v1.SignedRecord.$Properties instead.
             */

            /**
             * Shape of a SignedRecord.
             * @typedef {weft.v1.SignedRecord.$Properties} weft.v1.SignedRecord.$Shape
             */

            /**
             * Constructs a new SignedRecord.
             * @memberof weft.v1
             * @classdesc Represents a SignedRecord.
             * @constructor
             * @param {weft.v1.SignedRecord.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SignedRecord = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SignedRecord body.
             * @member {Uint8Array} body
             * @memberof weft.v1.SignedRecord
             * @instance
             */
            SignedRecord.prototype.body = $util.newBuffer([]);

            /**
             * SignedRecord signature.
             * @member {Uint8Array} signature
             * @memberof weft.v1.SignedRecord
             * @instance
             */
            SignedRecord.prototype.signature = $util.newBuffer([]);

            /**
             * Encodes the specified SignedRecord message. Does not implicitly {@link weft.v1.SignedRecord.verify|verify} messages.
             * @function encode
             * @memberof weft.v1.SignedRecord
             * @static
             * @param {weft.v1.SignedRecord.$Properties} message SignedRecord message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SignedRecord.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.body != null && $Object.hasOwnProperty.call(message, "body") && message.body.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.body);
                if (message.signature != null && $Object.hasOwnProperty.call(message, "signature") && message.signature.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.signature);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SignedRecord message from the specified reader or buffer.
             * @function decode
             * @memberof weft.v1.SignedRecord
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {weft.v1.SignedRecord & weft.v1.SignedRecord.$Shape} SignedRecord
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SignedRecord.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.weft.v1.SignedRecord();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.body = value;
                            else
                                delete message.body;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.signature = value;
                            else
                                delete message.signature;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SignedRecord;
        })();

        v1.RecordId = (function() {

            /**
             * Properties of a RecordId.
             * @typedef {Object} weft.v1.RecordId.$Properties
             * @property {Uint8Array|null} [peer] RecordId peer
             * @property {number|null} [kind] RecordId kind
             * @property {number|Long|null} [epoch] RecordId epoch
             * @property {number|Long|null} [seq] RecordId seq
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a RecordId.
             * @memberof weft.v1
             * @interface IRecordId
             * @augments weft.v1.RecordId.$Properties
             * @deprecated Use weft.v1.RecordId.$Properties instead.
             */

            /**
             * Shape of a RecordId.
             * @typedef {weft.v1.RecordId.$Properties} weft.v1.RecordId.$Shape
             */

            /**
             * Constructs a new RecordId.
             * @memberof weft.v1
             * @classdesc Represents a RecordId.
             * @constructor
             * @param {weft.v1.RecordId.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const RecordId = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * RecordId peer.
             * @member {Uint8Array} peer
             * @memberof weft.v1.RecordId
             * @instance
             */
            RecordId.prototype.peer = $util.newBuffer([]);

            /**
             * RecordId kind.
             * @member {number} kind
             * @memberof weft.v1.RecordId
             * @instance
             */
            RecordId.prototype.kind = 0;

            /**
             * RecordId epoch.
             * @member {number|Long} epoch
             * @memberof weft.v1.RecordId
             * @instance
             */
            RecordId.prototype.epoch = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * RecordId seq.
             * @member {number|Long} seq
             * @memberof weft.v1.RecordId
             * @instance
             */
            RecordId.prototype.seq = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified RecordId message. Does not implicitly {@link weft.v1.RecordId.verify|verify} messages.
             * @function encode
             * @memberof weft.v1.RecordId
             * @static
             * @param {weft.v1.RecordId.$Properties} message RecordId message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            RecordId.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.peer != null && $Object.hasOwnProperty.call(message, "peer") && message.peer.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.peer);
                if (message.kind != null && $Object.hasOwnProperty.call(message, "kind") && message.kind !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.kind);
                if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && (typeof message.epoch === "object" ? message.epoch.low || message.epoch.high : message.epoch !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.epoch);
                if (message.seq != null && $Object.hasOwnProperty.call(message, "seq") && (typeof message.seq === "object" ? message.seq.low || message.seq.high : message.seq !== 0))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.seq);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a RecordId message from the specified reader or buffer.
             * @function decode
             * @memberof weft.v1.RecordId
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {weft.v1.RecordId & weft.v1.RecordId.$Shape} RecordId
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            RecordId.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.weft.v1.RecordId();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.peer = value;
                            else
                                delete message.peer;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.kind = value;
                            else
                                delete message.kind;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.epoch = value;
                            else
                                delete message.epoch;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.seq = value;
                            else
                                delete message.seq;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return RecordId;
        })();

        v1.RecordBody = (function() {

            /**
             * Properties of a RecordBody.
             * @typedef {Object} weft.v1.RecordBody.$Properties
             * @property {Uint8Array|null} [key] RecordBody key
             * @property {number|Long|null} [epoch] RecordBody epoch
             * @property {number|Long|null} [seq] RecordBody seq
             * @property {weft.v1.PeerContent.$Properties|null} [peer] RecordBody peer
             * @property {weft.v1.LinksContent.$Properties|null} [links] RecordBody links
             * @property {"peer"|"links"} [content] RecordBody content
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a RecordBody.
             * @memberof weft.v1
             * @interface IRecordBody
             * @augments weft.v1.RecordBody.$Properties
             * @deprecated Use weft.v1.RecordBody.$Properties instead.
             */

            /**
             * Narrowed shape of a RecordBody.
             * @typedef {{
             *   key?: Uint8Array|null;
             *   epoch?: number|Long|null;
             *   seq?: number|Long|null;
             *   peer?: weft.v1.PeerContent.$Shape|null;
             *   links?: weft.v1.LinksContent.$Shape|null;
             *   $unknowns?: Array.<Uint8Array>;
             * } & (
             *   ({ content?: undefined; peer?: null; links?: null }|{ content?: "peer"; peer: weft.v1.PeerContent.$Shape; links?: null }|{ content?: "links"; peer?: null; links: weft.v1.LinksContent.$Shape })
             * )} weft.v1.RecordBody.$Shape
             */

            /**
             * Constructs a new RecordBody.
             * @memberof weft.v1
             * @classdesc Represents a RecordBody.
             * @constructor
             * @param {weft.v1.RecordBody.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const RecordBody = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * RecordBody key.
             * @member {Uint8Array} key
             * @memberof weft.v1.RecordBody
             * @instance
             */
            RecordBody.prototype.key = $util.newBuffer([]);

            /**
             * RecordBody epoch.
             * @member {number|Long} epoch
             * @memberof weft.v1.RecordBody
             * @instance
             */
            RecordBody.prototype.epoch = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * RecordBody seq.
             * @member {number|Long} seq
             * @memberof weft.v1.RecordBody
             * @instance
             */
            RecordBody.prototype.seq = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * RecordBody peer.
             * @member {weft.v1.PeerContent.$Properties|null|undefined} peer
             * @memberof weft.v1.RecordBody
             * @instance
             */
            RecordBody.prototype.peer = null;

            /**
             * RecordBody links.
             * @member {weft.v1.LinksContent.$Properties|null|undefined} links
             * @memberof weft.v1.RecordBody
             * @instance
             */
            RecordBody.prototype.links = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            /**
             * RecordBody content.
             * @member {"peer"|"links"|undefined} content
             * @memberof weft.v1.RecordBody
             * @instance
             */
            $Object.defineProperty(RecordBody.prototype, "content", {
                get: $util.oneOfGetter($oneOfFields = ["peer", "links"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified RecordBody message. Does not implicitly {@link weft.v1.RecordBody.verify|verify} messages.
             * @function encode
             * @memberof weft.v1.RecordBody
             * @static
             * @param {weft.v1.RecordBody.$Properties} message RecordBody message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            RecordBody.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.key != null && $Object.hasOwnProperty.call(message, "key") && message.key.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.key);
                if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && (typeof message.epoch === "object" ? message.epoch.low || message.epoch.high : message.epoch !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.epoch);
                if (message.seq != null && $Object.hasOwnProperty.call(message, "seq") && (typeof message.seq === "object" ? message.seq.low || message.seq.high : message.seq !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.seq);
                if (message.peer != null && $Object.hasOwnProperty.call(message, "peer"))
                    $root.weft.v1.PeerContent.encode(message.peer, writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.links != null && $Object.hasOwnProperty.call(message, "links"))
                    $root.weft.v1.LinksContent.encode(message.links, writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a RecordBody message from the specified reader or buffer.
             * @function decode
             * @memberof weft.v1.RecordBody
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {weft.v1.RecordBody & weft.v1.RecordBody.$Shape} RecordBody
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            RecordBody.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.weft.v1.RecordBody();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.key = value;
                            else
                                delete message.key;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.epoch = value;
                            else
                                delete message.epoch;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.seq = value;
                            else
                                delete message.seq;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            message.peer = $root.weft.v1.PeerContent.decode(reader, reader.size(), $undefined, _depth + 1, message.peer);
                            message.content = "peer";
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            message.links = $root.weft.v1.LinksContent.decode(reader, reader.size(), $undefined, _depth + 1, message.links);
                            message.content = "links";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return RecordBody;
        })();

        v1.PeerContent = (function() {

            /**
             * Properties of a PeerContent.
             * @typedef {Object} weft.v1.PeerContent.$Properties
             * @property {weft.v1.Profile.$Properties|null} [profile] PeerContent profile
             * @property {weft.v1.Custody.$Properties|null} [custody] PeerContent custody
             * @property {Uint8Array|null} [instance] PeerContent instance
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a PeerContent.
             * @memberof weft.v1
             * @interface IPeerContent
             * @augments weft.v1.PeerContent.$Properties
             * @deprecated Use weft.v1.PeerContent.$Properties instead.
             */

            /**
             * Shape of a PeerContent.
             * @typedef {weft.v1.PeerContent.$Properties} weft.v1.PeerContent.$Shape
             */

            /**
             * Constructs a new PeerContent.
             * @memberof weft.v1
             * @classdesc Represents a PeerContent.
             * @constructor
             * @param {weft.v1.PeerContent.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const PeerContent = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * PeerContent profile.
             * @member {weft.v1.Profile.$Properties|null|undefined} profile
             * @memberof weft.v1.PeerContent
             * @instance
             */
            PeerContent.prototype.profile = null;

            /**
             * PeerContent custody.
             * @member {weft.v1.Custody.$Properties|null|undefined} custody
             * @memberof weft.v1.PeerContent
             * @instance
             */
            PeerContent.prototype.custody = null;

            /**
             * PeerContent instance.
             * @member {Uint8Array} instance
             * @memberof weft.v1.PeerContent
             * @instance
             */
            PeerContent.prototype.instance = $util.newBuffer([]);

            /**
             * Encodes the specified PeerContent message. Does not implicitly {@link weft.v1.PeerContent.verify|verify} messages.
             * @function encode
             * @memberof weft.v1.PeerContent
             * @static
             * @param {weft.v1.PeerContent.$Properties} message PeerContent message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            PeerContent.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.profile != null && $Object.hasOwnProperty.call(message, "profile"))
                    $root.weft.v1.Profile.encode(message.profile, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.custody != null && $Object.hasOwnProperty.call(message, "custody"))
                    $root.weft.v1.Custody.encode(message.custody, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.instance != null && $Object.hasOwnProperty.call(message, "instance") && message.instance.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.instance);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a PeerContent message from the specified reader or buffer.
             * @function decode
             * @memberof weft.v1.PeerContent
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {weft.v1.PeerContent & weft.v1.PeerContent.$Shape} PeerContent
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            PeerContent.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.weft.v1.PeerContent();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            message.profile = $root.weft.v1.Profile.decode(reader, reader.size(), $undefined, _depth + 1, message.profile);
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.custody = $root.weft.v1.Custody.decode(reader, reader.size(), $undefined, _depth + 1, message.custody);
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.instance = value;
                            else
                                delete message.instance;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return PeerContent;
        })();

        v1.LinksContent = (function() {

            /**
             * Properties of a LinksContent.
             * @typedef {Object} weft.v1.LinksContent.$Properties
             * @property {Array.<Uint8Array>|null} [down] LinksContent down
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a LinksContent.
             * @memberof weft.v1
             * @interface ILinksContent
             * @augments weft.v1.LinksContent.$Properties
             * @deprecated Use weft.v1.LinksContent.$Properties instead.
             */

            /**
             * Shape of a LinksContent.
             * @typedef {weft.v1.LinksContent.$Properties} weft.v1.LinksContent.$Shape
             */

            /**
             * Constructs a new LinksContent.
             * @memberof weft.v1
             * @classdesc Represents a LinksContent.
             * @constructor
             * @param {weft.v1.LinksContent.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const LinksContent = function (properties) {
                this.down = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * LinksContent down.
             * @member {Array.<Uint8Array>} down
             * @memberof weft.v1.LinksContent
             * @instance
             */
            LinksContent.prototype.down = $util.emptyArray;

            /**
             * Encodes the specified LinksContent message. Does not implicitly {@link weft.v1.LinksContent.verify|verify} messages.
             * @function encode
             * @memberof weft.v1.LinksContent
             * @static
             * @param {weft.v1.LinksContent.$Properties} message LinksContent message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            LinksContent.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.down != null && message.down.length)
                    for (let i = 0; i < message.down.length; ++i)
                        writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.down[i]);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a LinksContent message from the specified reader or buffer.
             * @function decode
             * @memberof weft.v1.LinksContent
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {weft.v1.LinksContent & weft.v1.LinksContent.$Shape} LinksContent
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            LinksContent.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.weft.v1.LinksContent();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if (!(message.down && message.down.length))
                                message.down = [];
                            message.down.push(reader.bytes());
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return LinksContent;
        })();

        v1.Profile = (function() {

            /**
             * Properties of a Profile.
             * @typedef {Object} weft.v1.Profile.$Properties
             * @property {string|null} [name] Profile name
             * @property {Array.<weft.v1.Endpoint.$Properties>|null} [endpoints] Profile endpoints
             * @property {weft.v1.Vtep.$Properties|null} [vtep] Profile vtep
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Profile.
             * @memberof weft.v1
             * @interface IProfile
             * @augments weft.v1.Profile.$Properties
             * @deprecated Use weft.v1.Profile.$Properties instead.
             */

            /**
             * Shape of a Profile.
             * @typedef {weft.v1.Profile.$Properties} weft.v1.Profile.$Shape
             */

            /**
             * Constructs a new Profile.
             * @memberof weft.v1
             * @classdesc Represents a Profile.
             * @constructor
             * @param {weft.v1.Profile.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Profile = function (properties) {
                this.endpoints = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Profile name.
             * @member {string} name
             * @memberof weft.v1.Profile
             * @instance
             */
            Profile.prototype.name = "";

            /**
             * Profile endpoints.
             * @member {Array.<weft.v1.Endpoint.$Properties>} endpoints
             * @memberof weft.v1.Profile
             * @instance
             */
            Profile.prototype.endpoints = $util.emptyArray;

            /**
             * Profile vtep.
             * @member {weft.v1.Vtep.$Properties|null|undefined} vtep
             * @memberof weft.v1.Profile
             * @instance
             */
            Profile.prototype.vtep = null;

            /**
             * Encodes the specified Profile message. Does not implicitly {@link weft.v1.Profile.verify|verify} messages.
             * @function encode
             * @memberof weft.v1.Profile
             * @static
             * @param {weft.v1.Profile.$Properties} message Profile message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Profile.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.name);
                if (message.endpoints != null && message.endpoints.length)
                    for (let i = 0; i < message.endpoints.length; ++i)
                        $root.weft.v1.Endpoint.encode(message.endpoints[i], writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.vtep != null && $Object.hasOwnProperty.call(message, "vtep"))
                    $root.weft.v1.Vtep.encode(message.vtep, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Profile message from the specified reader or buffer.
             * @function decode
             * @memberof weft.v1.Profile
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {weft.v1.Profile & weft.v1.Profile.$Shape} Profile
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Profile.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.weft.v1.Profile();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.name = value;
                            else
                                delete message.name;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if (!(message.endpoints && message.endpoints.length))
                                message.endpoints = [];
                            message.endpoints.push($root.weft.v1.Endpoint.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.vtep = $root.weft.v1.Vtep.decode(reader, reader.size(), $undefined, _depth + 1, message.vtep);
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Profile;
        })();

        v1.Endpoint = (function() {

            /**
             * Properties of an Endpoint.
             * @typedef {Object} weft.v1.Endpoint.$Properties
             * @property {Uint8Array|null} [address] Endpoint address
             * @property {number|null} [port] Endpoint port
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an Endpoint.
             * @memberof weft.v1
             * @interface IEndpoint
             * @augments weft.v1.Endpoint.$Properties
             * @deprecated Use weft.v1.Endpoint.$Properties instead.
             */

            /**
             * Shape of an Endpoint.
             * @typedef {weft.v1.Endpoint.$Properties} weft.v1.Endpoint.$Shape
             */

            /**
             * Constructs a new Endpoint.
             * @memberof weft.v1
             * @classdesc Represents an Endpoint.
             * @constructor
             * @param {weft.v1.Endpoint.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Endpoint = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Endpoint address.
             * @member {Uint8Array} address
             * @memberof weft.v1.Endpoint
             * @instance
             */
            Endpoint.prototype.address = $util.newBuffer([]);

            /**
             * Endpoint port.
             * @member {number} port
             * @memberof weft.v1.Endpoint
             * @instance
             */
            Endpoint.prototype.port = 0;

            /**
             * Encodes the specified Endpoint message. Does not implicitly {@link weft.v1.Endpoint.verify|verify} messages.
             * @function encode
             * @memberof weft.v1.Endpoint
             * @static
             * @param {weft.v1.Endpoint.$Properties} message Endpoint message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Endpoint.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.address != null && $Object.hasOwnProperty.call(message, "address") && message.address.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.address);
                if (message.port != null && $Object.hasOwnProperty.call(message, "port") && message.port !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.port);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an Endpoint message from the specified reader or buffer.
             * @function decode
             * @memberof weft.v1.Endpoint
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {weft.v1.Endpoint & weft.v1.Endpoint.$Shape} Endpoint
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Endpoint.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.weft.v1.Endpoint();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.address = value;
                            else
                                delete message.address;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.port = value;
                            else
                                delete message.port;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Endpoint;
        })();

        v1.Vtep = (function() {

            /**
             * Properties of a Vtep.
             * @typedef {Object} weft.v1.Vtep.$Properties
             * @property {Uint8Array|null} [underlay] Vtep underlay
             * @property {number|null} [port] Vtep port
             * @property {Uint8Array|null} [mac] Vtep mac
             * @property {Array.<Uint8Array>|null} [overlay] Vtep overlay
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Vtep.
             * @memberof weft.v1
             * @interface IVtep
             * @augments weft.v1.Vtep.$Properties
             * @deprecated Use weft.v1.Vtep.$Properties instead.
             */

            /**
             * Shape of a Vtep.
             * @typedef {weft.v1.Vtep.$Properties} weft.v1.Vtep.$Shape
             */

            /**
             * Constructs a new Vtep.
             * @memberof weft.v1
             * @classdesc Represents a Vtep.
             * @constructor
             * @param {weft.v1.Vtep.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Vtep = function (properties) {
                this.overlay = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Vtep underlay.
             * @member {Uint8Array} underlay
             * @memberof weft.v1.Vtep
             * @instance
             */
            Vtep.prototype.underlay = $util.newBuffer([]);

            /**
             * Vtep port.
             * @member {number} port
             * @memberof weft.v1.Vtep
             * @instance
             */
            Vtep.prototype.port = 0;

            /**
             * Vtep mac.
             * @member {Uint8Array} mac
             * @memberof weft.v1.Vtep
             * @instance
             */
            Vtep.prototype.mac = $util.newBuffer([]);

            /**
             * Vtep overlay.
             * @member {Array.<Uint8Array>} overlay
             * @memberof weft.v1.Vtep
             * @instance
             */
            Vtep.prototype.overlay = $util.emptyArray;

            /**
             * Encodes the specified Vtep message. Does not implicitly {@link weft.v1.Vtep.verify|verify} messages.
             * @function encode
             * @memberof weft.v1.Vtep
             * @static
             * @param {weft.v1.Vtep.$Properties} message Vtep message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Vtep.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.underlay != null && $Object.hasOwnProperty.call(message, "underlay") && message.underlay.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.underlay);
                if (message.port != null && $Object.hasOwnProperty.call(message, "port") && message.port !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.port);
                if (message.mac != null && $Object.hasOwnProperty.call(message, "mac") && message.mac.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.mac);
                if (message.overlay != null && message.overlay.length)
                    for (let i = 0; i < message.overlay.length; ++i)
                        writer.uint32(/* id 4, wireType 2 =*/34).bytes(message.overlay[i]);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Vtep message from the specified reader or buffer.
             * @function decode
             * @memberof weft.v1.Vtep
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {weft.v1.Vtep & weft.v1.Vtep.$Shape} Vtep
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Vtep.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.weft.v1.Vtep();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.underlay = value;
                            else
                                delete message.underlay;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.port = value;
                            else
                                delete message.port;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.mac = value;
                            else
                                delete message.mac;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if (!(message.overlay && message.overlay.length))
                                message.overlay = [];
                            message.overlay.push(reader.bytes());
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Vtep;
        })();

        v1.Custody = (function() {

            /**
             * Properties of a Custody.
             * @typedef {Object} weft.v1.Custody.$Properties
             * @property {Array.<weft.v1.Block.$Properties>|null} [hold] Custody hold
             * @property {Array.<weft.v1.PendingGrant.$Properties>|null} [pending] Custody pending
             * @property {Array.<weft.v1.Counterparty.$Properties>|null} [counterparties] Custody counterparties
             * @property {number|Long|null} [viewRev] Custody viewRev
             * @property {number|Long|null} [registeredRev] Custody registeredRev
             * @property {number|null} [freeLog2V4] Custody freeLog2V4
             * @property {number|null} [freeLog2V6] Custody freeLog2V6
             * @property {Uint8Array|null} [viewHash] Custody viewHash
             * @property {Array.<Uint8Array>|null} [carriedOver] Custody carriedOver
             * @property {Uint8Array|null} [historyMark] Custody historyMark
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Custody.
             * @memberof weft.v1
             * @interface ICustody
             * @augments weft.v1.Custody.$Properties
             * @deprecated Use weft.v1.Custody.$Properties instead.
             */

            /**
             * Shape of a Custody.
             * @typedef {weft.v1.Custody.$Properties} weft.v1.Custody.$Shape
             */

            /**
             * Constructs a new Custody.
             * @memberof weft.v1
             * @classdesc Represents a Custody.
             * @constructor
             * @param {weft.v1.Custody.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Custody = function (properties) {
                this.hold = [];
                this.pending = [];
                this.counterparties = [];
                this.carriedOver = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Custody hold.
             * @member {Array.<weft.v1.Block.$Properties>} hold
             * @memberof weft.v1.Custody
             * @instance
             */
            Custody.prototype.hold = $util.emptyArray;

            /**
             * Custody pending.
             * @member {Array.<weft.v1.PendingGrant.$Properties>} pending
             * @memberof weft.v1.Custody
             * @instance
             */
            Custody.prototype.pending = $util.emptyArray;

            /**
             * Custody counterparties.
             * @member {Array.<weft.v1.Counterparty.$Properties>} counterparties
             * @memberof weft.v1.Custody
             * @instance
             */
            Custody.prototype.counterparties = $util.emptyArray;

            /**
             * Custody viewRev.
             * @member {number|Long} viewRev
             * @memberof weft.v1.Custody
             * @instance
             */
            Custody.prototype.viewRev = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Custody registeredRev.
             * @member {number|Long} registeredRev
             * @memberof weft.v1.Custody
             * @instance
             */
            Custody.prototype.registeredRev = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Custody freeLog2V4.
             * @member {number} freeLog2V4
             * @memberof weft.v1.Custody
             * @instance
             */
            Custody.prototype.freeLog2V4 = 0;

            /**
             * Custody freeLog2V6.
             * @member {number} freeLog2V6
             * @memberof weft.v1.Custody
             * @instance
             */
            Custody.prototype.freeLog2V6 = 0;

            /**
             * Custody viewHash.
             * @member {Uint8Array} viewHash
             * @memberof weft.v1.Custody
             * @instance
             */
            Custody.prototype.viewHash = $util.newBuffer([]);

            /**
             * Custody carriedOver.
             * @member {Array.<Uint8Array>} carriedOver
             * @memberof weft.v1.Custody
             * @instance
             */
            Custody.prototype.carriedOver = $util.emptyArray;

            /**
             * Custody historyMark.
             * @member {Uint8Array} historyMark
             * @memberof weft.v1.Custody
             * @instance
             */
            Custody.prototype.historyMark = $util.newBuffer([]);

            /**
             * Encodes the specified Custody message. Does not implicitly {@link weft.v1.Custody.verify|verify} messages.
             * @function encode
             * @memberof weft.v1.Custody
             * @static
             * @param {weft.v1.Custody.$Properties} message Custody message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Custody.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.hold != null && message.hold.length)
                    for (let i = 0; i < message.hold.length; ++i)
                        $root.weft.v1.Block.encode(message.hold[i], writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.pending != null && message.pending.length)
                    for (let i = 0; i < message.pending.length; ++i)
                        $root.weft.v1.PendingGrant.encode(message.pending[i], writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.counterparties != null && message.counterparties.length)
                    for (let i = 0; i < message.counterparties.length; ++i)
                        $root.weft.v1.Counterparty.encode(message.counterparties[i], writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.viewRev != null && $Object.hasOwnProperty.call(message, "viewRev") && (typeof message.viewRev === "object" ? message.viewRev.low || message.viewRev.high : message.viewRev !== 0))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.viewRev);
                if (message.registeredRev != null && $Object.hasOwnProperty.call(message, "registeredRev") && (typeof message.registeredRev === "object" ? message.registeredRev.low || message.registeredRev.high : message.registeredRev !== 0))
                    writer.uint32(/* id 5, wireType 0 =*/40).uint64(message.registeredRev);
                if (message.freeLog2V4 != null && $Object.hasOwnProperty.call(message, "freeLog2V4") && message.freeLog2V4 !== 0)
                    writer.uint32(/* id 6, wireType 0 =*/48).uint32(message.freeLog2V4);
                if (message.freeLog2V6 != null && $Object.hasOwnProperty.call(message, "freeLog2V6") && message.freeLog2V6 !== 0)
                    writer.uint32(/* id 7, wireType 0 =*/56).uint32(message.freeLog2V6);
                if (message.viewHash != null && $Object.hasOwnProperty.call(message, "viewHash") && message.viewHash.length)
                    writer.uint32(/* id 8, wireType 2 =*/66).bytes(message.viewHash);
                if (message.carriedOver != null && message.carriedOver.length)
                    for (let i = 0; i < message.carriedOver.length; ++i)
                        writer.uint32(/* id 9, wireType 2 =*/74).bytes(message.carriedOver[i]);
                if (message.historyMark != null && $Object.hasOwnProperty.call(message, "historyMark") && message.historyMark.length)
                    writer.uint32(/* id 10, wireType 2 =*/82).bytes(message.historyMark);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Custody message from the specified reader or buffer.
             * @function decode
             * @memberof weft.v1.Custody
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {weft.v1.Custody & weft.v1.Custody.$Shape} Custody
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Custody.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.weft.v1.Custody();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if (!(message.hold && message.hold.length))
                                message.hold = [];
                            message.hold.push($root.weft.v1.Block.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if (!(message.pending && message.pending.length))
                                message.pending = [];
                            message.pending.push($root.weft.v1.PendingGrant.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if (!(message.counterparties && message.counterparties.length))
                                message.counterparties = [];
                            message.counterparties.push($root.weft.v1.Counterparty.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.viewRev = value;
                            else
                                delete message.viewRev;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.registeredRev = value;
                            else
                                delete message.registeredRev;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.freeLog2V4 = value;
                            else
                                delete message.freeLog2V4;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.freeLog2V6 = value;
                            else
                                delete message.freeLog2V6;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.viewHash = value;
                            else
                                delete message.viewHash;
                            continue;
                        }
                    case 9: {
                            if (wireType !== 2)
                                break;
                            if (!(message.carriedOver && message.carriedOver.length))
                                message.carriedOver = [];
                            message.carriedOver.push(reader.bytes());
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.historyMark = value;
                            else
                                delete message.historyMark;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Custody;
        })();

        v1.Block = (function() {

            /**
             * Properties of a Block.
             * @typedef {Object} weft.v1.Block.$Properties
             * @property {Uint8Array|null} [address] Block address
             * @property {number|null} [length] Block length
             * @property {number|null} [term] Block term
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Block.
             * @memberof weft.v1
             * @interface IBlock
             * @augments weft.v1.Block.$Properties
             * @deprecated Use weft.v1.Block.$Properties instead.
             */

            /**
             * Shape of a Block.
             * @typedef {weft.v1.Block.$Properties} weft.v1.Block.$Shape
             */

            /**
             * Constructs a new Block.
             * @memberof weft.v1
             * @classdesc Represents a Block.
             * @constructor
             * @param {weft.v1.Block.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Block = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Block address.
             * @member {Uint8Array} address
             * @memberof weft.v1.Block
             * @instance
             */
            Block.prototype.address = $util.newBuffer([]);

            /**
             * Block length.
             * @member {number} length
             * @memberof weft.v1.Block
             * @instance
             */
            Block.prototype.length = 0;

            /**
             * Block term.
             * @member {number} term
             * @memberof weft.v1.Block
             * @instance
             */
            Block.prototype.term = 0;

            /**
             * Encodes the specified Block message. Does not implicitly {@link weft.v1.Block.verify|verify} messages.
             * @function encode
             * @memberof weft.v1.Block
             * @static
             * @param {weft.v1.Block.$Properties} message Block message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Block.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.address != null && $Object.hasOwnProperty.call(message, "address") && message.address.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.address);
                if (message.length != null && $Object.hasOwnProperty.call(message, "length") && message.length !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.length);
                if (message.term != null && $Object.hasOwnProperty.call(message, "term") && message.term !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.term);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Block message from the specified reader or buffer.
             * @function decode
             * @memberof weft.v1.Block
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {weft.v1.Block & weft.v1.Block.$Shape} Block
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Block.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.weft.v1.Block();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.address = value;
                            else
                                delete message.address;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.length = value;
                            else
                                delete message.length;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.term = value;
                            else
                                delete message.term;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Block;
        })();

        v1.PendingGrant = (function() {

            /**
             * Properties of a PendingGrant.
             * @typedef {Object} weft.v1.PendingGrant.$Properties
             * @property {weft.v1.Block.$Properties|null} [block] PendingGrant block
             * @property {Uint8Array|null} [to] PendingGrant to
             * @property {number|null} [n] PendingGrant n
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a PendingGrant.
             * @memberof weft.v1
             * @interface IPendingGrant
             * @augments weft.v1.PendingGrant.$Properties
             * @deprecated Use weft.v1.PendingGrant.$Properties instead.
             */

            /**
             * Shape of a PendingGrant.
             * @typedef {weft.v1.PendingGrant.$Properties} weft.v1.PendingGrant.$Shape
             */

            /**
             * Constructs a new PendingGrant.
             * @memberof weft.v1
             * @classdesc Represents a PendingGrant.
             * @constructor
             * @param {weft.v1.PendingGrant.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const PendingGrant = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * PendingGrant block.
             * @member {weft.v1.Block.$Properties|null|undefined} block
             * @memberof weft.v1.PendingGrant
             * @instance
             */
            PendingGrant.prototype.block = null;

            /**
             * PendingGrant to.
             * @member {Uint8Array} to
             * @memberof weft.v1.PendingGrant
             * @instance
             */
            PendingGrant.prototype.to = $util.newBuffer([]);

            /**
             * PendingGrant n.
             * @member {number} n
             * @memberof weft.v1.PendingGrant
             * @instance
             */
            PendingGrant.prototype.n = 0;

            /**
             * Encodes the specified PendingGrant message. Does not implicitly {@link weft.v1.PendingGrant.verify|verify} messages.
             * @function encode
             * @memberof weft.v1.PendingGrant
             * @static
             * @param {weft.v1.PendingGrant.$Properties} message PendingGrant message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            PendingGrant.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.block != null && $Object.hasOwnProperty.call(message, "block"))
                    $root.weft.v1.Block.encode(message.block, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.to != null && $Object.hasOwnProperty.call(message, "to") && message.to.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.to);
                if (message.n != null && $Object.hasOwnProperty.call(message, "n") && message.n !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.n);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a PendingGrant message from the specified reader or buffer.
             * @function decode
             * @memberof weft.v1.PendingGrant
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {weft.v1.PendingGrant & weft.v1.PendingGrant.$Shape} PendingGrant
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            PendingGrant.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.weft.v1.PendingGrant();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            message.block = $root.weft.v1.Block.decode(reader, reader.size(), $undefined, _depth + 1, message.block);
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.to = value;
                            else
                                delete message.to;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.n = value;
                            else
                                delete message.n;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return PendingGrant;
        })();

        v1.Counterparty = (function() {

            /**
             * Properties of a Counterparty.
             * @typedef {Object} weft.v1.Counterparty.$Properties
             * @property {Uint8Array|null} [peer] Counterparty peer
             * @property {number|null} [granted] Counterparty granted
             * @property {number|null} [cleared] Counterparty cleared
             * @property {number|null} [accepted] Counterparty accepted
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Counterparty.
             * @memberof weft.v1
             * @interface ICounterparty
             * @augments weft.v1.Counterparty.$Properties
             * @deprecated Use weft.v1.Counterparty.$Properties instead.
             */

            /**
             * Shape of a Counterparty.
             * @typedef {weft.v1.Counterparty.$Properties} weft.v1.Counterparty.$Shape
             */

            /**
             * Constructs a new Counterparty.
             * @memberof weft.v1
             * @classdesc Represents a Counterparty.
             * @constructor
             * @param {weft.v1.Counterparty.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Counterparty = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Counterparty peer.
             * @member {Uint8Array} peer
             * @memberof weft.v1.Counterparty
             * @instance
             */
            Counterparty.prototype.peer = $util.newBuffer([]);

            /**
             * Counterparty granted.
             * @member {number} granted
             * @memberof weft.v1.Counterparty
             * @instance
             */
            Counterparty.prototype.granted = 0;

            /**
             * Counterparty cleared.
             * @member {number} cleared
             * @memberof weft.v1.Counterparty
             * @instance
             */
            Counterparty.prototype.cleared = 0;

            /**
             * Counterparty accepted.
             * @member {number} accepted
             * @memberof weft.v1.Counterparty
             * @instance
             */
            Counterparty.prototype.accepted = 0;

            /**
             * Encodes the specified Counterparty message. Does not implicitly {@link weft.v1.Counterparty.verify|verify} messages.
             * @function encode
             * @memberof weft.v1.Counterparty
             * @static
             * @param {weft.v1.Counterparty.$Properties} message Counterparty message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Counterparty.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.peer != null && $Object.hasOwnProperty.call(message, "peer") && message.peer.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.peer);
                if (message.granted != null && $Object.hasOwnProperty.call(message, "granted") && message.granted !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.granted);
                if (message.cleared != null && $Object.hasOwnProperty.call(message, "cleared") && message.cleared !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.cleared);
                if (message.accepted != null && $Object.hasOwnProperty.call(message, "accepted") && message.accepted !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.accepted);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Counterparty message from the specified reader or buffer.
             * @function decode
             * @memberof weft.v1.Counterparty
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {weft.v1.Counterparty & weft.v1.Counterparty.$Shape} Counterparty
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Counterparty.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.weft.v1.Counterparty();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.peer = value;
                            else
                                delete message.peer;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.granted = value;
                            else
                                delete message.granted;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.cleared = value;
                            else
                                delete message.cleared;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.accepted = value;
                            else
                                delete message.accepted;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Counterparty;
        })();

        v1.Request = (function() {

            /**
             * Properties of a Request.
             * @typedef {Object} weft.v1.Request.$Properties
             * @property {number|null} [id] Request id
             * @property {weft.v1.SpaceRequest.$Properties|null} [space] Request space
             * @property {Uint8Array|null} [arbiter] Request arbiter
             * @property {weft.v1.ViewRequest.$Properties|null} [view] Request view
             * @property {"space"|"arbiter"|"view"} [question] Request question
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Request.
             * @memberof weft.v1
             * @interface IRequest
             * @augments weft.v1.Request.$Properties
             * @deprecated Use weft.v1.Request.$Properties instead.
             */

            /**
             * Narrowed shape of a Request.
             * @typedef {{
             *   id?: number|null;
             *   space?: weft.v1.SpaceRequest.$Shape|null;
             *   arbiter?: Uint8Array|null;
             *   view?: weft.v1.ViewRequest.$Shape|null;
             *   $unknowns?: Array.<Uint8Array>;
             * } & (
             *   ({ question?: undefined; space?: null; arbiter?: null; view?: null }|{ question?: "space"; space: weft.v1.SpaceRequest.$Shape; arbiter?: null; view?: null }|{ question?: "arbiter"; space?: null; arbiter: Uint8Array; view?: null }|{ question?: "view"; space?: null; arbiter?: null; view: weft.v1.ViewRequest.$Shape })
             * )} weft.v1.Request.$Shape
             */

            /**
             * Constructs a new Request.
             * @memberof weft.v1
             * @classdesc Represents a Request.
             * @constructor
             * @param {weft.v1.Request.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Request = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Request id.
             * @member {number} id
             * @memberof weft.v1.Request
             * @instance
             */
            Request.prototype.id = 0;

            /**
             * Request space.
             * @member {weft.v1.SpaceRequest.$Properties|null|undefined} space
             * @memberof weft.v1.Request
             * @instance
             */
            Request.prototype.space = null;

            /**
             * Request arbiter.
             * @member {Uint8Array|null|undefined} arbiter
             * @memberof weft.v1.Request
             * @instance
             */
            Request.prototype.arbiter = null;

            /**
             * Request view.
             * @member {weft.v1.ViewRequest.$Properties|null|undefined} view
             * @memberof weft.v1.Request
             * @instance
             */
            Request.prototype.view = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            /**
             * Request question.
             * @member {"space"|"arbiter"|"view"|undefined} question
             * @memberof weft.v1.Request
             * @instance
             */
            $Object.defineProperty(Request.prototype, "question", {
                get: $util.oneOfGetter($oneOfFields = ["space", "arbiter", "view"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified Request message. Does not implicitly {@link weft.v1.Request.verify|verify} messages.
             * @function encode
             * @memberof weft.v1.Request
             * @static
             * @param {weft.v1.Request.$Properties} message Request message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Request.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.id != null && $Object.hasOwnProperty.call(message, "id") && message.id !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.id);
                if (message.space != null && $Object.hasOwnProperty.call(message, "space"))
                    $root.weft.v1.SpaceRequest.encode(message.space, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.arbiter != null && $Object.hasOwnProperty.call(message, "arbiter"))
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.arbiter);
                if (message.view != null && $Object.hasOwnProperty.call(message, "view"))
                    $root.weft.v1.ViewRequest.encode(message.view, writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Request message from the specified reader or buffer.
             * @function decode
             * @memberof weft.v1.Request
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {weft.v1.Request & weft.v1.Request.$Shape} Request
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Request.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.weft.v1.Request();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.id = value;
                            else
                                delete message.id;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.space = $root.weft.v1.SpaceRequest.decode(reader, reader.size(), $undefined, _depth + 1, message.space);
                            message.question = "space";
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.arbiter = reader.bytes();
                            message.question = "arbiter";
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            message.view = $root.weft.v1.ViewRequest.decode(reader, reader.size(), $undefined, _depth + 1, message.view);
                            message.question = "view";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Request;
        })();

        v1.Reply = (function() {

            /**
             * Properties of a Reply.
             * @typedef {Object} weft.v1.Reply.$Properties
             * @property {number|null} [id] Reply id
             * @property {string|null} [error] Reply error
             * @property {Uint8Array|null} [arbiter] Reply arbiter
             * @property {Uint8Array|null} [view] Reply view
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Reply.
             * @memberof weft.v1
             * @interface IReply
             * @augments weft.v1.Reply.$Properties
             * @deprecated Use weft.v1.Reply.$Properties instead.
             */

            /**
             * Shape of a Reply.
             * @typedef {weft.v1.Reply.$Properties} weft.v1.Reply.$Shape
             */

            /**
             * Constructs a new Reply.
             * @memberof weft.v1
             * @classdesc Represents a Reply.
             * @constructor
             * @param {weft.v1.Reply.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Reply = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Reply id.
             * @member {number} id
             * @memberof weft.v1.Reply
             * @instance
             */
            Reply.prototype.id = 0;

            /**
             * Reply error.
             * @member {string} error
             * @memberof weft.v1.Reply
             * @instance
             */
            Reply.prototype.error = "";

            /**
             * Reply arbiter.
             * @member {Uint8Array} arbiter
             * @memberof weft.v1.Reply
             * @instance
             */
            Reply.prototype.arbiter = $util.newBuffer([]);

            /**
             * Reply view.
             * @member {Uint8Array} view
             * @memberof weft.v1.Reply
             * @instance
             */
            Reply.prototype.view = $util.newBuffer([]);

            /**
             * Encodes the specified Reply message. Does not implicitly {@link weft.v1.Reply.verify|verify} messages.
             * @function encode
             * @memberof weft.v1.Reply
             * @static
             * @param {weft.v1.Reply.$Properties} message Reply message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Reply.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.id != null && $Object.hasOwnProperty.call(message, "id") && message.id !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.id);
                if (message.error != null && $Object.hasOwnProperty.call(message, "error") && message.error !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.error);
                if (message.arbiter != null && $Object.hasOwnProperty.call(message, "arbiter") && message.arbiter.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.arbiter);
                if (message.view != null && $Object.hasOwnProperty.call(message, "view") && message.view.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).bytes(message.view);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Reply message from the specified reader or buffer.
             * @function decode
             * @memberof weft.v1.Reply
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {weft.v1.Reply & weft.v1.Reply.$Shape} Reply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Reply.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.weft.v1.Reply();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.id = value;
                            else
                                delete message.id;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.error = value;
                            else
                                delete message.error;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.arbiter = value;
                            else
                                delete message.arbiter;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.view = value;
                            else
                                delete message.view;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Reply;
        })();

        v1.SpaceRequest = (function() {

            /**
             * Properties of a SpaceRequest.
             * @typedef {Object} weft.v1.SpaceRequest.$Properties
             * @property {number|null} [family] SpaceRequest family
             * @property {number|null} [wantLog2] SpaceRequest wantLog2
             * @property {number|null} [minLog2] SpaceRequest minLog2
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SpaceRequest.
             * @memberof weft.v1
             * @interface ISpaceRequest
             * @augments weft.v1.SpaceRequest.$Properties
             * @deprecated Use weft.v1.SpaceRequest.$Properties instead.
             */

            /**
             * Shape of a SpaceRequest.
             * @typedef {weft.v1.SpaceRequest.$Properties} weft.v1.SpaceRequest.$Shape
             */

            /**
             * Constructs a new SpaceRequest.
             * @memberof weft.v1
             * @classdesc Represents a SpaceRequest.
             * @constructor
             * @param {weft.v1.SpaceRequest.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SpaceRequest = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SpaceRequest family.
             * @member {number} family
             * @memberof weft.v1.SpaceRequest
             * @instance
             */
            SpaceRequest.prototype.family = 0;

            /**
             * SpaceRequest wantLog2.
             * @member {number} wantLog2
             * @memberof weft.v1.SpaceRequest
             * @instance
             */
            SpaceRequest.prototype.wantLog2 = 0;

            /**
             * SpaceRequest minLog2.
             * @member {number} minLog2
             * @memberof weft.v1.SpaceRequest
             * @instance
             */
            SpaceRequest.prototype.minLog2 = 0;

            /**
             * Encodes the specified SpaceRequest message. Does not implicitly {@link weft.v1.SpaceRequest.verify|verify} messages.
             * @function encode
             * @memberof weft.v1.SpaceRequest
             * @static
             * @param {weft.v1.SpaceRequest.$Properties} message SpaceRequest message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SpaceRequest.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.family != null && $Object.hasOwnProperty.call(message, "family") && message.family !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.family);
                if (message.wantLog2 != null && $Object.hasOwnProperty.call(message, "wantLog2") && message.wantLog2 !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.wantLog2);
                if (message.minLog2 != null && $Object.hasOwnProperty.call(message, "minLog2") && message.minLog2 !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.minLog2);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SpaceRequest message from the specified reader or buffer.
             * @function decode
             * @memberof weft.v1.SpaceRequest
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {weft.v1.SpaceRequest & weft.v1.SpaceRequest.$Shape} SpaceRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SpaceRequest.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.weft.v1.SpaceRequest();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.family = value;
                            else
                                delete message.family;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.wantLog2 = value;
                            else
                                delete message.wantLog2;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.minLog2 = value;
                            else
                                delete message.minLog2;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SpaceRequest;
        })();

        v1.ViewRequest = (function() {

            /**
             * Properties of a ViewRequest.
             * @typedef {Object} weft.v1.ViewRequest.$Properties
             * @property {number|Long|null} [since] ViewRequest since
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ViewRequest.
             * @memberof weft.v1
             * @interface IViewRequest
             * @augments weft.v1.ViewRequest.$Properties
             * @deprecated Use weft.v1.ViewRequest.$Properties instead.
             */

            /**
             * Shape of a ViewRequest.
             * @typedef {weft.v1.ViewRequest.$Properties} weft.v1.ViewRequest.$Shape
             */

            /**
             * Constructs a new ViewRequest.
             * @memberof weft.v1
             * @classdesc Represents a ViewRequest.
             * @constructor
             * @param {weft.v1.ViewRequest.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ViewRequest = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ViewRequest since.
             * @member {number|Long} since
             * @memberof weft.v1.ViewRequest
             * @instance
             */
            ViewRequest.prototype.since = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified ViewRequest message. Does not implicitly {@link weft.v1.ViewRequest.verify|verify} messages.
             * @function encode
             * @memberof weft.v1.ViewRequest
             * @static
             * @param {weft.v1.ViewRequest.$Properties} message ViewRequest message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ViewRequest.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.since != null && $Object.hasOwnProperty.call(message, "since") && (typeof message.since === "object" ? message.since.low || message.since.high : message.since !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.since);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ViewRequest message from the specified reader or buffer.
             * @function decode
             * @memberof weft.v1.ViewRequest
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {weft.v1.ViewRequest & weft.v1.ViewRequest.$Shape} ViewRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ViewRequest.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.weft.v1.ViewRequest();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.since = value;
                            else
                                delete message.since;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ViewRequest;
        })();

        v1.ViewUpdate = (function() {

            /**
             * Properties of a ViewUpdate.
             * @typedef {Object} weft.v1.ViewUpdate.$Properties
             * @property {number|Long|null} [since] ViewUpdate since
             * @property {number|Long|null} [rev] ViewUpdate rev
             * @property {Array.<weft.v1.ViewMember.$Properties>|null} [added] ViewUpdate added
             * @property {Array.<Uint8Array>|null} [removed] ViewUpdate removed
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ViewUpdate.
             * @memberof weft.v1
             * @interface IViewUpdate
             * @augments weft.v1.ViewUpdate.$Properties
             * @deprecated Use weft.v1.ViewUpdate.$Properties instead.
             */

            /**
             * Shape of a ViewUpdate.
             * @typedef {weft.v1.ViewUpdate.$Properties} weft.v1.ViewUpdate.$Shape
             */

            /**
             * Constructs a new ViewUpdate.
             * @memberof weft.v1
             * @classdesc Represents a ViewUpdate.
             * @constructor
             * @param {weft.v1.ViewUpdate.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ViewUpdate = function (properties) {
                this.added = [];
                this.removed = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ViewUpdate since.
             * @member {number|Long} since
             * @memberof weft.v1.ViewUpdate
             * @instance
             */
            ViewUpdate.prototype.since = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * ViewUpdate rev.
             * @member {number|Long} rev
             * @memberof weft.v1.ViewUpdate
             * @instance
             */
            ViewUpdate.prototype.rev = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * ViewUpdate added.
             * @member {Array.<weft.v1.ViewMember.$Properties>} added
             * @memberof weft.v1.ViewUpdate
             * @instance
             */
            ViewUpdate.prototype.added = $util.emptyArray;

            /**
             * ViewUpdate removed.
             * @member {Array.<Uint8Array>} removed
             * @memberof weft.v1.ViewUpdate
             * @instance
             */
            ViewUpdate.prototype.removed = $util.emptyArray;

            /**
             * Encodes the specified ViewUpdate message. Does not implicitly {@link weft.v1.ViewUpdate.verify|verify} messages.
             * @function encode
             * @memberof weft.v1.ViewUpdate
             * @static
             * @param {weft.v1.ViewUpdate.$Properties} message ViewUpdate message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ViewUpdate.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.since != null && $Object.hasOwnProperty.call(message, "since") && (typeof message.since === "object" ? message.since.low || message.since.high : message.since !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.since);
                if (message.rev != null && $Object.hasOwnProperty.call(message, "rev") && (typeof message.rev === "object" ? message.rev.low || message.rev.high : message.rev !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.rev);
                if (message.added != null && message.added.length)
                    for (let i = 0; i < message.added.length; ++i)
                        $root.weft.v1.ViewMember.encode(message.added[i], writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.removed != null && message.removed.length)
                    for (let i = 0; i < message.removed.length; ++i)
                        writer.uint32(/* id 4, wireType 2 =*/34).bytes(message.removed[i]);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ViewUpdate message from the specified reader or buffer.
             * @function decode
             * @memberof weft.v1.ViewUpdate
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {weft.v1.ViewUpdate & weft.v1.ViewUpdate.$Shape} ViewUpdate
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ViewUpdate.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.weft.v1.ViewUpdate();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.since = value;
                            else
                                delete message.since;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.rev = value;
                            else
                                delete message.rev;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if (!(message.added && message.added.length))
                                message.added = [];
                            message.added.push($root.weft.v1.ViewMember.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if (!(message.removed && message.removed.length))
                                message.removed = [];
                            message.removed.push(reader.bytes());
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ViewUpdate;
        })();

        v1.ViewMember = (function() {

            /**
             * Properties of a ViewMember.
             * @typedef {Object} weft.v1.ViewMember.$Properties
             * @property {Uint8Array|null} [peer] ViewMember peer
             * @property {string|null} [name] ViewMember name
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ViewMember.
             * @memberof weft.v1
             * @interface IViewMember
             * @augments weft.v1.ViewMember.$Properties
             * @deprecated Use weft.v1.ViewMember.$Properties instead.
             */

            /**
             * Shape of a ViewMember.
             * @typedef {weft.v1.ViewMember.$Properties} weft.v1.ViewMember.$Shape
             */

            /**
             * Constructs a new ViewMember.
             * @memberof weft.v1
             * @classdesc Represents a ViewMember.
             * @constructor
             * @param {weft.v1.ViewMember.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ViewMember = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ViewMember peer.
             * @member {Uint8Array} peer
             * @memberof weft.v1.ViewMember
             * @instance
             */
            ViewMember.prototype.peer = $util.newBuffer([]);

            /**
             * ViewMember name.
             * @member {string} name
             * @memberof weft.v1.ViewMember
             * @instance
             */
            ViewMember.prototype.name = "";

            /**
             * Encodes the specified ViewMember message. Does not implicitly {@link weft.v1.ViewMember.verify|verify} messages.
             * @function encode
             * @memberof weft.v1.ViewMember
             * @static
             * @param {weft.v1.ViewMember.$Properties} message ViewMember message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ViewMember.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.peer != null && $Object.hasOwnProperty.call(message, "peer") && message.peer.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.peer);
                if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.name);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ViewMember message from the specified reader or buffer.
             * @function decode
             * @memberof weft.v1.ViewMember
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {weft.v1.ViewMember & weft.v1.ViewMember.$Shape} ViewMember
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ViewMember.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.weft.v1.ViewMember();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.peer = value;
                            else
                                delete message.peer;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.name = value;
                            else
                                delete message.name;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ViewMember;
        })();

        return v1;
    })();

    return weft;
})();

export {
  $root as default
};
