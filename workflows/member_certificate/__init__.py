"""会员电子证书: information and photo made complete, the certificate issued and downloaded."""
