using Packetboat.Protocol.Message;

namespace Packetboat.Protocol.Dkim;

/// <summary>
/// What verifying and signing need of a message, taken from its octets while they go by, in one pass: the header, and hashes of the body in
/// the forms that a signature asks for. The body is not kept.
/// </summary>
/// <param name="signedForm">A form of the body that is to be signed; null: the message is only verified.</param>
public sealed class DkimMessage(DkimCanonicalization? signedForm = null) : IDisposable
{
    /// <summary>Signatures that are looked at, from the top. RFC 6376 §8.4 wants a bound.</summary>
    public const int MaxSignatures = 10;

    private readonly List<FoundSignature> _signatures = [];
    private DkimBodyHash? _simple;
    private DkimBodyHash? _relaxed;
    private byte[] _simpleHash = [];
    private byte[] _relaxedHash = [];
    private bool _isComplete;

    public HeaderBlock Header { get; private set; } = new();

    /// <summary>Beyond <see cref="MaxSignatures"/>.</summary>
    public int UnseenSignatures { get; private set; }

    internal IReadOnlyList<FoundSignature> Signatures => _signatures;

    /// <param name="octets">The next ones, line ends CRLF, no dot-stuffing.</param>
    public void Append(ReadOnlySpan<byte> octets)
    {
        if (!Header.IsComplete)
        {
            octets = Header.Append(octets);
            if (!Header.IsComplete)
                return;
            HeaderEnds();
        }

        _simple?.Append(octets);
        _relaxed?.Append(octets);
    }

    /// <summary>There is no more. Anything else than <see cref="Append"/> comes after this.</summary>
    public void Complete()
    {
        if (_isComplete)
            return;
        _isComplete = true;
        if (!Header.IsComplete)
        {
            Header.Complete();
            HeaderEnds();
        }

        _simpleHash = _simple?.Complete() ?? [];
        _relaxedHash = _relaxed?.Complete() ?? [];
    }

    /// <summary>Fields that are put in front of a complete message, so that they are signed with it. It is not verified any more then.</summary>
    /// <param name="fields">With their line ends.</param>
    public void PutInFront(ReadOnlySpan<byte> fields)
    {
        if (fields.IsEmpty)
            return;
        Header = Header.Under(fields);
        _signatures.Clear();
    }

    public void Dispose()
    {
        _simple?.Dispose();
        _relaxed?.Dispose();
    }

    internal byte[] BodyHash(DkimCanonicalization form) => form is DkimCanonicalization.Simple ? _simpleHash : _relaxedHash;

    private void HeaderEnds()
    {
        foreach (HeaderField field in Header.Named(DkimSignature.FieldName))
        {
            if (_signatures.Count == MaxSignatures)
            {
                UnseenSignatures++;
                continue;
            }

            bool isRight = DkimSignature.TryParse(Header.Value(field), out DkimSignature? signature, out string? fault);
            _signatures.Add(new FoundSignature(field, signature, fault));
            if (isRight && signature is { IsPartial: false, Algorithm: not DkimAlgorithm.RsaSha1 })
                Hash(signature.BodyForm);
        }

        if (signedForm is { } form && !Header.IsTooLarge)
            Hash(form);
    }

    private void Hash(DkimCanonicalization form)
    {
        if (form is DkimCanonicalization.Simple)
            _simple ??= new DkimBodyHash(form);
        else
            _relaxed ??= new DkimBodyHash(form);
    }

    /// <summary>A DKIM-Signature field: what it says, or what is wrong with it.</summary>
    internal sealed record FoundSignature(HeaderField Field, DkimSignature? Signature, string? Fault);
}
