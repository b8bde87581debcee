using Packetboat.Protocol.TransportSecurity;

namespace Packetboat.Protocol.Tests.TransportSecurity;

/// <summary>Where a domain wants reports. RFC 8460 §3.</summary>
public sealed class TlsReportRecordTests
{
    [Theory]
    [InlineData("v=TLSRPTv1;rua=mailto:reports@example.com", "mailto:reports@example.com")]
    [InlineData("v=TLSRPTv1; rua=https://reporting.example.com/v1/tlsrpt", "https://reporting.example.com/v1/tlsrpt")]
    [InlineData("v=TLSRPTv1; rua=mailto:a@b.example, https://c.example/", "mailto:a@b.example https://c.example/")]
    [InlineData("v=TLSRPTv1; x=y; rua=mailto:a@b.example;", "mailto:a@b.example")]
    [InlineData("v=TLSRPTv1; rua=http://c.example/,ftp://c.example/,mailto:nobody,mailto:a@[192.0.2.1]", "")]
    [InlineData("v=TLSRPTv1; rua=https://user:pass@c.example/", "")]
    [InlineData("v=TLSRPTv1; rua=https://\u00AD.example/x,mailto:a@b.example", "mailto:a@b.example")]
    [InlineData("v=TLSRPTv1;", "")]
    [InlineData("v=TLSRPTv10; rua=mailto:a@b.example", "")]
    [InlineData("v=STSv1; rua=mailto:a@b.example", "")]
    public void Addresses_are_read(string record, string addresses) =>
        Assert.Equal(
            addresses,
            string.Join(' ', TlsReportRecord.AddressesOf([record]).Select(address => address.OriginalString))
        );

    [Fact]
    public void Several_records_are_none_and_other_texts_do_not_count()
    {
        const string one = "v=TLSRPTv1; rua=mailto:a@b.example";
        Assert.Single(TlsReportRecord.AddressesOf(["v=spf1 -all", one]));
        Assert.Empty(TlsReportRecord.AddressesOf([one, one]));
    }

    [Fact]
    public void Nobody_has_more_than_a_few()
    {
        string many = string.Join(',', Enumerable.Range(0, 50).Select(i => $"mailto:a{i}@b.example"));
        Assert.Equal(TlsReportRecord.MaxAddresses, TlsReportRecord.AddressesOf([$"v=TLSRPTv1; rua={many}"]).Count);
    }
}
