import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/** Namespace weft. */
export namespace weft {

    /** Namespace v1. */
    namespace v1 {

        /**
         * Properties of a Frame.
         * @deprecated Use weft.v1.Frame.$Properties instead.
         */
        interface IFrame extends weft.v1.Frame.$Properties {
        }

        /** Represents a Frame. */
        class Frame {

            /**
             * Constructs a new Frame.
             * @param [properties] Properties to set
             */
            constructor(properties?: weft.v1.Frame.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Frame hello. */
            hello?: (weft.v1.Hello.$Properties|null);

            /** Frame auth. */
            auth?: (weft.v1.Auth.$Properties|null);

            /** Frame heartbeat. */
            heartbeat?: (weft.v1.Heartbeat.$Properties|null);

            /** Frame records. */
            records?: (weft.v1.Records.$Properties|null);

            /** Frame have. */
            have?: (weft.v1.Have.$Properties|null);

            /** Frame want. */
            want?: (weft.v1.Want.$Properties|null);

            /** Frame bucketDigests. */
            bucketDigests?: (weft.v1.BucketDigests.$Properties|null);

            /** Frame bucketEntries. */
            bucketEntries?: (weft.v1.BucketEntries.$Properties|null);

            /** Frame request. */
            request?: (weft.v1.Request.$Properties|null);

            /** Frame reply. */
            reply?: (weft.v1.Reply.$Properties|null);

            /** Frame bye. */
            bye?: (weft.v1.Bye.$Properties|null);

            /** Frame body. */
            body?: ("hello"|"auth"|"heartbeat"|"records"|"have"|"want"|"bucketDigests"|"bucketEntries"|"request"|"reply"|"bye");

            /**
             * Encodes the specified Frame message. Does not implicitly {@link weft.v1.Frame.verify|verify} messages.
             * @param message Frame message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: weft.v1.Frame.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Frame message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {weft.v1.Frame & weft.v1.Frame.$Shape} Frame
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): weft.v1.Frame & weft.v1.Frame.$Shape;
        }

        namespace Frame {

            /** Properties of a Frame. */
            interface $Properties {

                /** Frame hello */
                hello?: (weft.v1.Hello.$Properties|null);

                /** Frame auth */
                auth?: (weft.v1.Auth.$Properties|null);

                /** Frame heartbeat */
                heartbeat?: (weft.v1.Heartbeat.$Properties|null);

                /** Frame records */
                records?: (weft.v1.Records.$Properties|null);

                /** Frame have */
                have?: (weft.v1.Have.$Properties|null);

                /** Frame want */
                want?: (weft.v1.Want.$Properties|null);

                /** Frame bucketDigests */
                bucketDigests?: (weft.v1.BucketDigests.$Properties|null);

                /** Frame bucketEntries */
                bucketEntries?: (weft.v1.BucketEntries.$Properties|null);

                /** Frame request */
                request?: (weft.v1.Request.$Properties|null);

                /** Frame reply */
                reply?: (weft.v1.Reply.$Properties|null);

                /** Frame bye */
                bye?: (weft.v1.Bye.$Properties|null);

                /** Frame body */
                body?: ("hello"|"auth"|"heartbeat"|"records"|"have"|"want"|"bucketDigests"|"bucketEntries"|"request"|"reply"|"bye");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a Frame. */
            type $Shape = {
              hello?: weft.v1.Hello.$Shape|null;
              auth?: weft.v1.Auth.$Shape|null;
              heartbeat?: weft.v1.Heartbeat.$Shape|null;
              records?: weft.v1.Records.$Shape|null;
              have?: weft.v1.Have.$Shape|null;
              want?: weft.v1.Want.$Shape|null;
              bucketDigests?: weft.v1.BucketDigests.$Shape|null;
              bucketEntries?: weft.v1.BucketEntries.$Shape|null;
              request?: weft.v1.Request.$Shape|null;
              reply?: weft.v1.Reply.$Shape|null;
              bye?: weft.v1.Bye.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ body?: undefined; hello?: null; auth?: null; heartbeat?: null; records?: null; have?: null; want?: null; bucketDigests?: null; bucketEntries?: null; request?: null; reply?: null; bye?: null }|{ body?: "hello"; hello: weft.v1.Hello.$Shape; auth?: null; heartbeat?: null; records?: null; have?: null; want?: null; bucketDigests?: null; bucketEntries?: null; request?: null; reply?: null; bye?: null }|{ body?: "auth"; hello?: null; auth: weft.v1.Auth.$Shape; heartbeat?: null; records?: null; have?: null; want?: null; bucketDigests?: null; bucketEntries?: null; request?: null; reply?: null; bye?: null }|{ body?: "heartbeat"; hello?: null; auth?: null; heartbeat: weft.v1.Heartbeat.$Shape; records?: null; have?: null; want?: null; bucketDigests?: null; bucketEntries?: null; request?: null; reply?: null; bye?: null }|{ body?: "records"; hello?: null; auth?: null; heartbeat?: null; records: weft.v1.Records.$Shape; have?: null; want?: null; bucketDigests?: null; bucketEntries?: null; request?: null; reply?: null; bye?: null }|{ body?: "have"; hello?: null; auth?: null; heartbeat?: null; records?: null; have: weft.v1.Have.$Shape; want?: null; bucketDigests?: null; bucketEntries?: null; request?: null; reply?: null; bye?: null }|{ body?: "want"; hello?: null; auth?: null; heartbeat?: null; records?: null; have?: null; want: weft.v1.Want.$Shape; bucketDigests?: null; bucketEntries?: null; request?: null; reply?: null; bye?: null }|{ body?: "bucketDigests"; hello?: null; auth?: null; heartbeat?: null; records?: null; have?: null; want?: null; bucketDigests: weft.v1.BucketDigests.$Shape; bucketEntries?: null; request?: null; reply?: null; bye?: null }|{ body?: "bucketEntries"; hello?: null; auth?: null; heartbeat?: null; records?: null; have?: null; want?: null; bucketDigests?: null; bucketEntries: weft.v1.BucketEntries.$Shape; request?: null; reply?: null; bye?: null }|{ body?: "request"; hello?: null; auth?: null; heartbeat?: null; records?: null; have?: null; want?: null; bucketDigests?: null; bucketEntries?: null; request: weft.v1.Request.$Shape; reply?: null; bye?: null }|{ body?: "reply"; hello?: null; auth?: null; heartbeat?: null; records?: null; have?: null; want?: null; bucketDigests?: null; bucketEntries?: null; request?: null; reply: weft.v1.Reply.$Shape; bye?: null }|{ body?: "bye"; hello?: null; auth?: null; heartbeat?: null; records?: null; have?: null; want?: null; bucketDigests?: null; bucketEntries?: null; request?: null; reply?: null; bye: weft.v1.Bye.$Shape })
            );
        }

        /**
         * Properties of a Hello.
         * @deprecated Use weft.v1.Hello.$Properties instead.
         */
        interface IHello extends weft.v1.Hello.$Properties {
        }

        /** Represents a Hello. */
        class Hello {

            /**
             * Constructs a new Hello.
             * @param [properties] Properties to set
             */
            constructor(properties?: weft.v1.Hello.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Hello protocolMin. */
            protocolMin: number;

            /** Hello protocolMax. */
            protocolMax: number;

            /** Hello cluster. */
            cluster: Uint8Array;

            /** Hello key. */
            key: Uint8Array;

            /** Hello nonce. */
            nonce: Uint8Array;

            /** Hello configDigest. */
            configDigest: Uint8Array;

            /** Hello name. */
            name: string;

            /** Hello keyId. */
            keyId: Uint8Array;

            /** Hello channel. */
            channel: Uint8Array;

            /** Hello admission. */
            admission: Uint8Array;

            /**
             * Encodes the specified Hello message. Does not implicitly {@link weft.v1.Hello.verify|verify} messages.
             * @param message Hello message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: weft.v1.Hello.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Hello message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {weft.v1.Hello & weft.v1.Hello.$Shape} Hello
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): weft.v1.Hello & weft.v1.Hello.$Shape;
        }

        namespace Hello {

            /** Properties of a Hello. */
            interface $Properties {

                /** Hello protocolMin */
                protocolMin?: (number|null);

                /** Hello protocolMax */
                protocolMax?: (number|null);

                /** Hello cluster */
                cluster?: (Uint8Array|null);

                /** Hello key */
                key?: (Uint8Array|null);

                /** Hello nonce */
                nonce?: (Uint8Array|null);

                /** Hello configDigest */
                configDigest?: (Uint8Array|null);

                /** Hello name */
                name?: (string|null);

                /** Hello keyId */
                keyId?: (Uint8Array|null);

                /** Hello channel */
                channel?: (Uint8Array|null);

                /** Hello admission */
                admission?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Hello. */
            type $Shape = weft.v1.Hello.$Properties;
        }

        /**
         * Properties of an Auth.
         * @deprecated Use weft.v1.Auth.$Properties instead.
         */
        interface IAuth extends weft.v1.Auth.$Properties {
        }

        /** Represents an Auth. */
        class Auth {

            /**
             * Constructs a new Auth.
             * @param [properties] Properties to set
             */
            constructor(properties?: weft.v1.Auth.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Auth keyId. */
            keyId: Uint8Array;

            /** Auth membership. */
            membership: Uint8Array;

            /** Auth signature. */
            signature: Uint8Array;

            /** Auth answers. */
            answers: Uint8Array;

            /**
             * Encodes the specified Auth message. Does not implicitly {@link weft.v1.Auth.verify|verify} messages.
             * @param message Auth message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: weft.v1.Auth.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Auth message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {weft.v1.Auth & weft.v1.Auth.$Shape} Auth
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): weft.v1.Auth & weft.v1.Auth.$Shape;
        }

        namespace Auth {

            /** Properties of an Auth. */
            interface $Properties {

                /** Auth keyId */
                keyId?: (Uint8Array|null);

                /** Auth membership */
                membership?: (Uint8Array|null);

                /** Auth signature */
                signature?: (Uint8Array|null);

                /** Auth answers */
                answers?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Auth. */
            type $Shape = weft.v1.Auth.$Properties;
        }

        /**
         * Properties of a Heartbeat.
         * @deprecated Use weft.v1.Heartbeat.$Properties instead.
         */
        interface IHeartbeat extends weft.v1.Heartbeat.$Properties {
        }

        /** Represents a Heartbeat. */
        class Heartbeat {

            /**
             * Constructs a new Heartbeat.
             * @param [properties] Properties to set
             */
            constructor(properties?: weft.v1.Heartbeat.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Heartbeat setHash. */
            setHash: Uint8Array;

            /** Heartbeat wanted. */
            wanted: boolean;

            /**
             * Encodes the specified Heartbeat message. Does not implicitly {@link weft.v1.Heartbeat.verify|verify} messages.
             * @param message Heartbeat message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: weft.v1.Heartbeat.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Heartbeat message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {weft.v1.Heartbeat & weft.v1.Heartbeat.$Shape} Heartbeat
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): weft.v1.Heartbeat & weft.v1.Heartbeat.$Shape;
        }

        namespace Heartbeat {

            /** Properties of a Heartbeat. */
            interface $Properties {

                /** Heartbeat setHash */
                setHash?: (Uint8Array|null);

                /** Heartbeat wanted */
                wanted?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Heartbeat. */
            type $Shape = weft.v1.Heartbeat.$Properties;
        }

        /**
         * Properties of a Records.
         * @deprecated Use weft.v1.Records.$Properties instead.
         */
        interface IRecords extends weft.v1.Records.$Properties {
        }

        /** Represents a Records. */
        class Records {

            /**
             * Constructs a new Records.
             * @param [properties] Properties to set
             */
            constructor(properties?: weft.v1.Records.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Records records. */
            records: weft.v1.SignedRecord.$Properties[];

            /**
             * Encodes the specified Records message. Does not implicitly {@link weft.v1.Records.verify|verify} messages.
             * @param message Records message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: weft.v1.Records.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Records message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {weft.v1.Records & weft.v1.Records.$Shape} Records
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): weft.v1.Records & weft.v1.Records.$Shape;
        }

        namespace Records {

            /** Properties of a Records. */
            interface $Properties {

                /** Records records */
                records?: (weft.v1.SignedRecord.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Records. */
            type $Shape = weft.v1.Records.$Properties;
        }

        /**
         * Properties of a Have.
         * @deprecated Use weft.v1.Have.$Properties instead.
         */
        interface IHave extends weft.v1.Have.$Properties {
        }

        /** Represents a Have. */
        class Have {

            /**
             * Constructs a new Have.
             * @param [properties] Properties to set
             */
            constructor(properties?: weft.v1.Have.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Have ids. */
            ids: weft.v1.RecordId.$Properties[];

            /**
             * Encodes the specified Have message. Does not implicitly {@link weft.v1.Have.verify|verify} messages.
             * @param message Have message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: weft.v1.Have.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Have message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {weft.v1.Have & weft.v1.Have.$Shape} Have
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): weft.v1.Have & weft.v1.Have.$Shape;
        }

        namespace Have {

            /** Properties of a Have. */
            interface $Properties {

                /** Have ids */
                ids?: (weft.v1.RecordId.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Have. */
            type $Shape = weft.v1.Have.$Properties;
        }

        /**
         * Properties of a Want.
         * @deprecated Use weft.v1.Want.$Properties instead.
         */
        interface IWant extends weft.v1.Want.$Properties {
        }

        /** Represents a Want. */
        class Want {

            /**
             * Constructs a new Want.
             * @param [properties] Properties to set
             */
            constructor(properties?: weft.v1.Want.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Want ids. */
            ids: weft.v1.RecordId.$Properties[];

            /**
             * Encodes the specified Want message. Does not implicitly {@link weft.v1.Want.verify|verify} messages.
             * @param message Want message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: weft.v1.Want.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Want message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {weft.v1.Want & weft.v1.Want.$Shape} Want
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): weft.v1.Want & weft.v1.Want.$Shape;
        }

        namespace Want {

            /** Properties of a Want. */
            interface $Properties {

                /** Want ids */
                ids?: (weft.v1.RecordId.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Want. */
            type $Shape = weft.v1.Want.$Properties;
        }

        /**
         * Properties of a BucketDigests.
         * @deprecated Use weft.v1.BucketDigests.$Properties instead.
         */
        interface IBucketDigests extends weft.v1.BucketDigests.$Properties {
        }

        /** Represents a BucketDigests. */
        class BucketDigests {

            /**
             * Constructs a new BucketDigests.
             * @param [properties] Properties to set
             */
            constructor(properties?: weft.v1.BucketDigests.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** BucketDigests digests. */
            digests: Uint8Array;

            /**
             * Encodes the specified BucketDigests message. Does not implicitly {@link weft.v1.BucketDigests.verify|verify} messages.
             * @param message BucketDigests message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: weft.v1.BucketDigests.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a BucketDigests message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {weft.v1.BucketDigests & weft.v1.BucketDigests.$Shape} BucketDigests
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): weft.v1.BucketDigests & weft.v1.BucketDigests.$Shape;
        }

        namespace BucketDigests {

            /** Properties of a BucketDigests. */
            interface $Properties {

                /** BucketDigests digests */
                digests?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a BucketDigests. */
            type $Shape = weft.v1.BucketDigests.$Properties;
        }

        /**
         * Properties of a BucketEntries.
         * @deprecated Use weft.v1.BucketEntries.$Properties instead.
         */
        interface IBucketEntries extends weft.v1.BucketEntries.$Properties {
        }

        /** Represents a BucketEntries. */
        class BucketEntries {

            /**
             * Constructs a new BucketEntries.
             * @param [properties] Properties to set
             */
            constructor(properties?: weft.v1.BucketEntries.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** BucketEntries buckets. */
            buckets: Uint8Array;

            /** BucketEntries entries. */
            entries: weft.v1.RecordId.$Properties[];

            /**
             * Encodes the specified BucketEntries message. Does not implicitly {@link weft.v1.BucketEntries.verify|verify} messages.
             * @param message BucketEntries message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: weft.v1.BucketEntries.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a BucketEntries message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {weft.v1.BucketEntries & weft.v1.BucketEntries.$Shape} BucketEntries
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): weft.v1.BucketEntries & weft.v1.BucketEntries.$Shape;
        }

        namespace BucketEntries {

            /** Properties of a BucketEntries. */
            interface $Properties {

                /** BucketEntries buckets */
                buckets?: (Uint8Array|null);

                /** BucketEntries entries */
                entries?: (weft.v1.RecordId.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a BucketEntries. */
            type $Shape = weft.v1.BucketEntries.$Properties;
        }

        /**
         * Properties of a Bye.
         * @deprecated Use weft.v1.Bye.$Properties instead.
         */
        interface IBye extends weft.v1.Bye.$Properties {
        }

        /** Represents a Bye. */
        class Bye {

            /**
             * Constructs a new Bye.
             * @param [properties] Properties to set
             */
            constructor(properties?: weft.v1.Bye.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Bye reason. */
            reason: string;

            /** Bye detail. */
            detail: string;

            /**
             * Encodes the specified Bye message. Does not implicitly {@link weft.v1.Bye.verify|verify} messages.
             * @param message Bye message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: weft.v1.Bye.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Bye message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {weft.v1.Bye & weft.v1.Bye.$Shape} Bye
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): weft.v1.Bye & weft.v1.Bye.$Shape;
        }

        namespace Bye {

            /** Properties of a Bye. */
            interface $Properties {

                /** Bye reason */
                reason?: (string|null);

                /** Bye detail */
                detail?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Bye. */
            type $Shape = weft.v1.Bye.$Properties;
        }

        /**
         * Properties of a SignedRecord.
         * @deprecated Use weft.v1.SignedRecord.$Properties instead.
         */
        interface ISignedRecord extends weft.v1.SignedRecord.$Properties {
        }

        /** Represents a SignedRecord. */
        class SignedRecord {

            /**
             * Constructs a new SignedRecord.
             * @param [properties] Properties to set
             */
            constructor(properties?: weft.v1.SignedRecord.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SignedRecord body. */
            body: Uint8Array;

            /** SignedRecord signature. */
            signature: Uint8Array;

            /**
             * Encodes the specified SignedRecord message. Does not implicitly {@link weft.v1.SignedRecord.verify|verify} messages.
             * @param message SignedRecord message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: weft.v1.SignedRecord.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SignedRecord message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {weft.v1.SignedRecord & weft.v1.SignedRecord.$Shape} SignedRecord
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): weft.v1.SignedRecord & weft.v1.SignedRecord.$Shape;
        }

        namespace SignedRecord {

            /** Properties of a SignedRecord. */
            interface $Properties {

                /** SignedRecord body */
                body?: (Uint8Array|null);

                /** SignedRecord signature */
                signature?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SignedRecord. */
            type $Shape = weft.v1.SignedRecord.$Properties;
        }

        /**
         * Properties of a RecordId.
         * @deprecated Use weft.v1.RecordId.$Properties instead.
         */
        interface IRecordId extends weft.v1.RecordId.$Properties {
        }

        /** Represents a RecordId. */
        class RecordId {

            /**
             * Constructs a new RecordId.
             * @param [properties] Properties to set
             */
            constructor(properties?: weft.v1.RecordId.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RecordId peer. */
            peer: Uint8Array;

            /** RecordId kind. */
            kind: number;

            /** RecordId epoch. */
            epoch: (number|Long);

            /** RecordId seq. */
            seq: (number|Long);

            /**
             * Encodes the specified RecordId message. Does not implicitly {@link weft.v1.RecordId.verify|verify} messages.
             * @param message RecordId message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: weft.v1.RecordId.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RecordId message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {weft.v1.RecordId & weft.v1.RecordId.$Shape} RecordId
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): weft.v1.RecordId & weft.v1.RecordId.$Shape;
        }

        namespace RecordId {

            /** Properties of a RecordId. */
            interface $Properties {

                /** RecordId peer */
                peer?: (Uint8Array|null);

                /** RecordId kind */
                kind?: (number|null);

                /** RecordId epoch */
                epoch?: (number|Long|null);

                /** RecordId seq */
                seq?: (number|Long|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RecordId. */
            type $Shape = weft.v1.RecordId.$Properties;
        }

        /**
         * Properties of a RecordBody.
         * @deprecated Use weft.v1.RecordBody.$Properties instead.
         */
        interface IRecordBody extends weft.v1.RecordBody.$Properties {
        }

        /** Represents a RecordBody. */
        class RecordBody {

            /**
             * Constructs a new RecordBody.
             * @param [properties] Properties to set
             */
            constructor(properties?: weft.v1.RecordBody.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RecordBody key. */
            key: Uint8Array;

            /** RecordBody epoch. */
            epoch: (number|Long);

            /** RecordBody seq. */
            seq: (number|Long);

            /** RecordBody peer. */
            peer?: (weft.v1.PeerContent.$Properties|null);

            /** RecordBody links. */
            links?: (weft.v1.LinksContent.$Properties|null);

            /** RecordBody content. */
            content?: ("peer"|"links");

            /**
             * Encodes the specified RecordBody message. Does not implicitly {@link weft.v1.RecordBody.verify|verify} messages.
             * @param message RecordBody message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: weft.v1.RecordBody.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RecordBody message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {weft.v1.RecordBody & weft.v1.RecordBody.$Shape} RecordBody
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): weft.v1.RecordBody & weft.v1.RecordBody.$Shape;
        }

        namespace RecordBody {

            /** Properties of a RecordBody. */
            interface $Properties {

                /** RecordBody key */
                key?: (Uint8Array|null);

                /** RecordBody epoch */
                epoch?: (number|Long|null);

                /** RecordBody seq */
                seq?: (number|Long|null);

                /** RecordBody peer */
                peer?: (weft.v1.PeerContent.$Properties|null);

                /** RecordBody links */
                links?: (weft.v1.LinksContent.$Properties|null);

                /** RecordBody content */
                content?: ("peer"|"links");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a RecordBody. */
            type $Shape = {
              key?: Uint8Array|null;
              epoch?: number|Long|null;
              seq?: number|Long|null;
              peer?: weft.v1.PeerContent.$Shape|null;
              links?: weft.v1.LinksContent.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ content?: undefined; peer?: null; links?: null }|{ content?: "peer"; peer: weft.v1.PeerContent.$Shape; links?: null }|{ content?: "links"; peer?: null; links: weft.v1.LinksContent.$Shape })
            );
        }

        /**
         * Properties of a PeerContent.
         * @deprecated Use weft.v1.PeerContent.$Properties instead.
         */
        interface IPeerContent extends weft.v1.PeerContent.$Properties {
        }

        /** Represents a PeerContent. */
        class PeerContent {

            /**
             * Constructs a new PeerContent.
             * @param [properties] Properties to set
             */
            constructor(properties?: weft.v1.PeerContent.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PeerContent profile. */
            profile?: (weft.v1.Profile.$Properties|null);

            /** PeerContent custody. */
            custody?: (weft.v1.Custody.$Properties|null);

            /** PeerContent instance. */
            instance: Uint8Array;

            /**
             * Encodes the specified PeerContent message. Does not implicitly {@link weft.v1.PeerContent.verify|verify} messages.
             * @param message PeerContent message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: weft.v1.PeerContent.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PeerContent message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {weft.v1.PeerContent & weft.v1.PeerContent.$Shape} PeerContent
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): weft.v1.PeerContent & weft.v1.PeerContent.$Shape;
        }

        namespace PeerContent {

            /** Properties of a PeerContent. */
            interface $Properties {

                /** PeerContent profile */
                profile?: (weft.v1.Profile.$Properties|null);

                /** PeerContent custody */
                custody?: (weft.v1.Custody.$Properties|null);

                /** PeerContent instance */
                instance?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PeerContent. */
            type $Shape = weft.v1.PeerContent.$Properties;
        }

        /**
         * Properties of a LinksContent.
         * @deprecated Use weft.v1.LinksContent.$Properties instead.
         */
        interface ILinksContent extends weft.v1.LinksContent.$Properties {
        }

        /** Represents a LinksContent. */
        class LinksContent {

            /**
             * Constructs a new LinksContent.
             * @param [properties] Properties to set
             */
            constructor(properties?: weft.v1.LinksContent.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** LinksContent down. */
            down: Uint8Array[];

            /**
             * Encodes the specified LinksContent message. Does not implicitly {@link weft.v1.LinksContent.verify|verify} messages.
             * @param message LinksContent message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: weft.v1.LinksContent.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a LinksContent message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {weft.v1.LinksContent & weft.v1.LinksContent.$Shape} LinksContent
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): weft.v1.LinksContent & weft.v1.LinksContent.$Shape;
        }

        namespace LinksContent {

            /** Properties of a LinksContent. */
            interface $Properties {

                /** LinksContent down */
                down?: (Uint8Array[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a LinksContent. */
            type $Shape = weft.v1.LinksContent.$Properties;
        }

        /**
         * Properties of a Profile.
         * @deprecated Use weft.v1.Profile.$Properties instead.
         */
        interface IProfile extends weft.v1.Profile.$Properties {
        }

        /** Represents a Profile. */
        class Profile {

            /**
             * Constructs a new Profile.
             * @param [properties] Properties to set
             */
            constructor(properties?: weft.v1.Profile.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Profile name. */
            name: string;

            /** Profile endpoints. */
            endpoints: weft.v1.Endpoint.$Properties[];

            /** Profile vtep. */
            vtep?: (weft.v1.Vtep.$Properties|null);

            /**
             * Encodes the specified Profile message. Does not implicitly {@link weft.v1.Profile.verify|verify} messages.
             * @param message Profile message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: weft.v1.Profile.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Profile message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {weft.v1.Profile & weft.v1.Profile.$Shape} Profile
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): weft.v1.Profile & weft.v1.Profile.$Shape;
        }

        namespace Profile {

            /** Properties of a Profile. */
            interface $Properties {

                /** Profile name */
                name?: (string|null);

                /** Profile endpoints */
                endpoints?: (weft.v1.Endpoint.$Properties[]|null);

                /** Profile vtep */
                vtep?: (weft.v1.Vtep.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Profile. */
            type $Shape = weft.v1.Profile.$Properties;
        }

        /**
         * Properties of an Endpoint.
         * @deprecated Use weft.v1.Endpoint.$Properties instead.
         */
        interface IEndpoint extends weft.v1.Endpoint.$Properties {
        }

        /** Represents an Endpoint. */
        class Endpoint {

            /**
             * Constructs a new Endpoint.
             * @param [properties] Properties to set
             */
            constructor(properties?: weft.v1.Endpoint.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Endpoint address. */
            address: Uint8Array;

            /** Endpoint port. */
            port: number;

            /**
             * Encodes the specified Endpoint message. Does not implicitly {@link weft.v1.Endpoint.verify|verify} messages.
             * @param message Endpoint message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: weft.v1.Endpoint.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Endpoint message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {weft.v1.Endpoint & weft.v1.Endpoint.$Shape} Endpoint
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): weft.v1.Endpoint & weft.v1.Endpoint.$Shape;
        }

        namespace Endpoint {

            /** Properties of an Endpoint. */
            interface $Properties {

                /** Endpoint address */
                address?: (Uint8Array|null);

                /** Endpoint port */
                port?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Endpoint. */
            type $Shape = weft.v1.Endpoint.$Properties;
        }

        /**
         * Properties of a Vtep.
         * @deprecated Use weft.v1.Vtep.$Properties instead.
         */
        interface IVtep extends weft.v1.Vtep.$Properties {
        }

        /** Represents a Vtep. */
        class Vtep {

            /**
             * Constructs a new Vtep.
             * @param [properties] Properties to set
             */
            constructor(properties?: weft.v1.Vtep.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Vtep underlay. */
            underlay: Uint8Array;

            /** Vtep port. */
            port: number;

            /** Vtep mac. */
            mac: Uint8Array;

            /** Vtep overlay. */
            overlay: Uint8Array[];

            /**
             * Encodes the specified Vtep message. Does not implicitly {@link weft.v1.Vtep.verify|verify} messages.
             * @param message Vtep message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: weft.v1.Vtep.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Vtep message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {weft.v1.Vtep & weft.v1.Vtep.$Shape} Vtep
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): weft.v1.Vtep & weft.v1.Vtep.$Shape;
        }

        namespace Vtep {

            /** Properties of a Vtep. */
            interface $Properties {

                /** Vtep underlay */
                underlay?: (Uint8Array|null);

                /** Vtep port */
                port?: (number|null);

                /** Vtep mac */
                mac?: (Uint8Array|null);

                /** Vtep overlay */
                overlay?: (Uint8Array[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Vtep. */
            type $Shape = weft.v1.Vtep.$Properties;
        }

        /**
         * Properties of a Custody.
         * @deprecated Use weft.v1.Custody.$Properties instead.
         */
        interface ICustody extends weft.v1.Custody.$Properties {
        }

        /** Represents a Custody. */
        class Custody {

            /**
             * Constructs a new Custody.
             * @param [properties] Properties to set
             */
            constructor(properties?: weft.v1.Custody.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Custody hold. */
            hold: weft.v1.Block.$Properties[];

            /** Custody pending. */
            pending: weft.v1.PendingGrant.$Properties[];

            /** Custody counterparties. */
            counterparties: weft.v1.Counterparty.$Properties[];

            /** Custody viewRev. */
            viewRev: (number|Long);

            /** Custody registeredRev. */
            registeredRev: (number|Long);

            /** Custody freeLog2V4. */
            freeLog2V4: number;

            /** Custody freeLog2V6. */
            freeLog2V6: number;

            /** Custody viewHash. */
            viewHash: Uint8Array;

            /** Custody carriedOver. */
            carriedOver: Uint8Array[];

            /** Custody historyMark. */
            historyMark: Uint8Array;

            /**
             * Encodes the specified Custody message. Does not implicitly {@link weft.v1.Custody.verify|verify} messages.
             * @param message Custody message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: weft.v1.Custody.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Custody message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {weft.v1.Custody & weft.v1.Custody.$Shape} Custody
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): weft.v1.Custody & weft.v1.Custody.$Shape;
        }

        namespace Custody {

            /** Properties of a Custody. */
            interface $Properties {

                /** Custody hold */
                hold?: (weft.v1.Block.$Properties[]|null);

                /** Custody pending */
                pending?: (weft.v1.PendingGrant.$Properties[]|null);

                /** Custody counterparties */
                counterparties?: (weft.v1.Counterparty.$Properties[]|null);

                /** Custody viewRev */
                viewRev?: (number|Long|null);

                /** Custody registeredRev */
                registeredRev?: (number|Long|null);

                /** Custody freeLog2V4 */
                freeLog2V4?: (number|null);

                /** Custody freeLog2V6 */
                freeLog2V6?: (number|null);

                /** Custody viewHash */
                viewHash?: (Uint8Array|null);

                /** Custody carriedOver */
                carriedOver?: (Uint8Array[]|null);

                /** Custody historyMark */
                historyMark?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Custody. */
            type $Shape = weft.v1.Custody.$Properties;
        }

        /**
         * Properties of a Block.
         * @deprecated Use weft.v1.Block.$Properties instead.
         */
        interface IBlock extends weft.v1.Block.$Properties {
        }

        /** Represents a Block. */
        class Block {

            /**
             * Constructs a new Block.
             * @param [properties] Properties to set
             */
            constructor(properties?: weft.v1.Block.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Block address. */
            address: Uint8Array;

            /** Block length. */
            length: number;

            /** Block term. */
            term: number;

            /**
             * Encodes the specified Block message. Does not implicitly {@link weft.v1.Block.verify|verify} messages.
             * @param message Block message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: weft.v1.Block.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Block message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {weft.v1.Block & weft.v1.Block.$Shape} Block
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): weft.v1.Block & weft.v1.Block.$Shape;
        }

        namespace Block {

            /** Properties of a Block. */
            interface $Properties {

                /** Block address */
                address?: (Uint8Array|null);

                /** Block length */
                length?: (number|null);

                /** Block term */
                term?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Block. */
            type $Shape = weft.v1.Block.$Properties;
        }

        /**
         * Properties of a PendingGrant.
         * @deprecated Use weft.v1.PendingGrant.$Properties instead.
         */
        interface IPendingGrant extends weft.v1.PendingGrant.$Properties {
        }

        /** Represents a PendingGrant. */
        class PendingGrant {

            /**
             * Constructs a new PendingGrant.
             * @param [properties] Properties to set
             */
            constructor(properties?: weft.v1.PendingGrant.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PendingGrant block. */
            block?: (weft.v1.Block.$Properties|null);

            /** PendingGrant to. */
            to: Uint8Array;

            /** PendingGrant n. */
            n: number;

            /**
             * Encodes the specified PendingGrant message. Does not implicitly {@link weft.v1.PendingGrant.verify|verify} messages.
             * @param message PendingGrant message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: weft.v1.PendingGrant.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PendingGrant message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {weft.v1.PendingGrant & weft.v1.PendingGrant.$Shape} PendingGrant
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): weft.v1.PendingGrant & weft.v1.PendingGrant.$Shape;
        }

        namespace PendingGrant {

            /** Properties of a PendingGrant. */
            interface $Properties {

                /** PendingGrant block */
                block?: (weft.v1.Block.$Properties|null);

                /** PendingGrant to */
                to?: (Uint8Array|null);

                /** PendingGrant n */
                n?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PendingGrant. */
            type $Shape = weft.v1.PendingGrant.$Properties;
        }

        /**
         * Properties of a Counterparty.
         * @deprecated Use weft.v1.Counterparty.$Properties instead.
         */
        interface ICounterparty extends weft.v1.Counterparty.$Properties {
        }

        /** Represents a Counterparty. */
        class Counterparty {

            /**
             * Constructs a new Counterparty.
             * @param [properties] Properties to set
             */
            constructor(properties?: weft.v1.Counterparty.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Counterparty peer. */
            peer: Uint8Array;

            /** Counterparty granted. */
            granted: number;

            /** Counterparty cleared. */
            cleared: number;

            /** Counterparty accepted. */
            accepted: number;

            /**
             * Encodes the specified Counterparty message. Does not implicitly {@link weft.v1.Counterparty.verify|verify} messages.
             * @param message Counterparty message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: weft.v1.Counterparty.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Counterparty message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {weft.v1.Counterparty & weft.v1.Counterparty.$Shape} Counterparty
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): weft.v1.Counterparty & weft.v1.Counterparty.$Shape;
        }

        namespace Counterparty {

            /** Properties of a Counterparty. */
            interface $Properties {

                /** Counterparty peer */
                peer?: (Uint8Array|null);

                /** Counterparty granted */
                granted?: (number|null);

                /** Counterparty cleared */
                cleared?: (number|null);

                /** Counterparty accepted */
                accepted?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Counterparty. */
            type $Shape = weft.v1.Counterparty.$Properties;
        }

        /**
         * Properties of a Request.
         * @deprecated Use weft.v1.Request.$Properties instead.
         */
        interface IRequest extends weft.v1.Request.$Properties {
        }

        /** Represents a Request. */
        class Request {

            /**
             * Constructs a new Request.
             * @param [properties] Properties to set
             */
            constructor(properties?: weft.v1.Request.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Request id. */
            id: number;

            /** Request space. */
            space?: (weft.v1.SpaceRequest.$Properties|null);

            /** Request arbiter. */
            arbiter?: (Uint8Array|null);

            /** Request view. */
            view?: (weft.v1.ViewRequest.$Properties|null);

            /** Request question. */
            question?: ("space"|"arbiter"|"view");

            /**
             * Encodes the specified Request message. Does not implicitly {@link weft.v1.Request.verify|verify} messages.
             * @param message Request message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: weft.v1.Request.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Request message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {weft.v1.Request & weft.v1.Request.$Shape} Request
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): weft.v1.Request & weft.v1.Request.$Shape;
        }

        namespace Request {

            /** Properties of a Request. */
            interface $Properties {

                /** Request id */
                id?: (number|null);

                /** Request space */
                space?: (weft.v1.SpaceRequest.$Properties|null);

                /** Request arbiter */
                arbiter?: (Uint8Array|null);

                /** Request view */
                view?: (weft.v1.ViewRequest.$Properties|null);

                /** Request question */
                question?: ("space"|"arbiter"|"view");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a Request. */
            type $Shape = {
              id?: number|null;
              space?: weft.v1.SpaceRequest.$Shape|null;
              arbiter?: Uint8Array|null;
              view?: weft.v1.ViewRequest.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ question?: undefined; space?: null; arbiter?: null; view?: null }|{ question?: "space"; space: weft.v1.SpaceRequest.$Shape; arbiter?: null; view?: null }|{ question?: "arbiter"; space?: null; arbiter: Uint8Array; view?: null }|{ question?: "view"; space?: null; arbiter?: null; view: weft.v1.ViewRequest.$Shape })
            );
        }

        /**
         * Properties of a Reply.
         * @deprecated Use weft.v1.Reply.$Properties instead.
         */
        interface IReply extends weft.v1.Reply.$Properties {
        }

        /** Represents a Reply. */
        class Reply {

            /**
             * Constructs a new Reply.
             * @param [properties] Properties to set
             */
            constructor(properties?: weft.v1.Reply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Reply id. */
            id: number;

            /** Reply error. */
            error: string;

            /** Reply arbiter. */
            arbiter: Uint8Array;

            /** Reply view. */
            view: Uint8Array;

            /**
             * Encodes the specified Reply message. Does not implicitly {@link weft.v1.Reply.verify|verify} messages.
             * @param message Reply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: weft.v1.Reply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Reply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {weft.v1.Reply & weft.v1.Reply.$Shape} Reply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): weft.v1.Reply & weft.v1.Reply.$Shape;
        }

        namespace Reply {

            /** Properties of a Reply. */
            interface $Properties {

                /** Reply id */
                id?: (number|null);

                /** Reply error */
                error?: (string|null);

                /** Reply arbiter */
                arbiter?: (Uint8Array|null);

                /** Reply view */
                view?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Reply. */
            type $Shape = weft.v1.Reply.$Properties;
        }

        /**
         * Properties of a SpaceRequest.
         * @deprecated Use weft.v1.SpaceRequest.$Properties instead.
         */
        interface ISpaceRequest extends weft.v1.SpaceRequest.$Properties {
        }

        /** Represents a SpaceRequest. */
        class SpaceRequest {

            /**
             * Constructs a new SpaceRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: weft.v1.SpaceRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SpaceRequest family. */
            family: number;

            /** SpaceRequest wantLog2. */
            wantLog2: number;

            /** SpaceRequest minLog2. */
            minLog2: number;

            /**
             * Encodes the specified SpaceRequest message. Does not implicitly {@link weft.v1.SpaceRequest.verify|verify} messages.
             * @param message SpaceRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: weft.v1.SpaceRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SpaceRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {weft.v1.SpaceRequest & weft.v1.SpaceRequest.$Shape} SpaceRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): weft.v1.SpaceRequest & weft.v1.SpaceRequest.$Shape;
        }

        namespace SpaceRequest {

            /** Properties of a SpaceRequest. */
            interface $Properties {

                /** SpaceRequest family */
                family?: (number|null);

                /** SpaceRequest wantLog2 */
                wantLog2?: (number|null);

                /** SpaceRequest minLog2 */
                minLog2?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SpaceRequest. */
            type $Shape = weft.v1.SpaceRequest.$Properties;
        }

        /**
         * Properties of a ViewRequest.
         * @deprecated Use weft.v1.ViewRequest.$Properties instead.
         */
        interface IViewRequest extends weft.v1.ViewRequest.$Properties {
        }

        /** Represents a ViewRequest. */
        class ViewRequest {

            /**
             * Constructs a new ViewRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: weft.v1.ViewRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ViewRequest since. */
            since: (number|Long);

            /**
             * Encodes the specified ViewRequest message. Does not implicitly {@link weft.v1.ViewRequest.verify|verify} messages.
             * @param message ViewRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: weft.v1.ViewRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ViewRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {weft.v1.ViewRequest & weft.v1.ViewRequest.$Shape} ViewRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): weft.v1.ViewRequest & weft.v1.ViewRequest.$Shape;
        }

        namespace ViewRequest {

            /** Properties of a ViewRequest. */
            interface $Properties {

                /** ViewRequest since */
                since?: (number|Long|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ViewRequest. */
            type $Shape = weft.v1.ViewRequest.$Properties;
        }

        /**
         * Properties of a ViewUpdate.
         * @deprecated Use weft.v1.ViewUpdate.$Properties instead.
         */
        interface IViewUpdate extends weft.v1.ViewUpdate.$Properties {
        }

        /** Represents a ViewUpdate. */
        class ViewUpdate {

            /**
             * Constructs a new ViewUpdate.
             * @param [properties] Properties to set
             */
            constructor(properties?: weft.v1.ViewUpdate.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ViewUpdate since. */
            since: (number|Long);

            /** ViewUpdate rev. */
            rev: (number|Long);

            /** ViewUpdate added. */
            added: weft.v1.ViewMember.$Properties[];

            /** ViewUpdate removed. */
            removed: Uint8Array[];

            /**
             * Encodes the specified ViewUpdate message. Does not implicitly {@link weft.v1.ViewUpdate.verify|verify} messages.
             * @param message ViewUpdate message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: weft.v1.ViewUpdate.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ViewUpdate message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {weft.v1.ViewUpdate & weft.v1.ViewUpdate.$Shape} ViewUpdate
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): weft.v1.ViewUpdate & weft.v1.ViewUpdate.$Shape;
        }

        namespace ViewUpdate {

            /** Properties of a ViewUpdate. */
            interface $Properties {

                /** ViewUpdate since */
                since?: (number|Long|null);

                /** ViewUpdate rev */
                rev?: (number|Long|null);

                /** ViewUpdate added */
                added?: (weft.v1.ViewMember.$Properties[]|null);

                /** ViewUpdate removed */
                removed?: (Uint8Array[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ViewUpdate. */
            type $Shape = weft.v1.ViewUpdate.$Properties;
        }

        /**
         * Properties of a ViewMember.
         * @deprecated Use weft.v1.ViewMember.$Properties instead.
         */
        interface IViewMember extends weft.v1.ViewMember.$Properties {
        }

        /** Represents a ViewMember. */
        class ViewMember {

            /**
             * Constructs a new ViewMember.
             * @param [properties] Properties to set
             */
            constructor(properties?: weft.v1.ViewMember.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ViewMember peer. */
            peer: Uint8Array;

            /** ViewMember name. */
            name: string;

            /**
             * Encodes the specified ViewMember message. Does not implicitly {@link weft.v1.ViewMember.verify|verify} messages.
             * @param message ViewMember message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: weft.v1.ViewMember.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ViewMember message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {weft.v1.ViewMember & weft.v1.ViewMember.$Shape} ViewMember
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): weft.v1.ViewMember & weft.v1.ViewMember.$Shape;
        }

        namespace ViewMember {

            /** Properties of a ViewMember. */
            interface $Properties {

                /** ViewMember peer */
                peer?: (Uint8Array|null);

                /** ViewMember name */
                name?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ViewMember. */
            type $Shape = weft.v1.ViewMember.$Properties;
        }
    }
}
