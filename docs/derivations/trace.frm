* The closed form (P.2) of A = -T_g, from its trace. Run: form docs/derivations/trace.frm
* Prints "difference = 0".
* N is the nuclear vector P + P' with N.q = 0, q = pp + k - p; is = 1/s, iu = 1/u.
#-
Off statistics;
Vectors p,pp,k,N;
Indices nu;
Symbols m,s,u,is,iu,t,k2,NN,NA,NB;

Local trace = 1/2*(
  ( g_(1,pp) + m*gi_(1) ) *
  ( g_(1,nu)*( g_(1,pp) + g_(1,k) + m*gi_(1) )*g_(1,N)*is
  + g_(1,N)*( g_(1,p) - g_(1,k) + m*gi_(1) )*g_(1,nu)*iu ) *
  ( g_(1,p) + m*gi_(1) ) *
  ( g_(1,N)*( g_(1,pp) + g_(1,k) + m*gi_(1) )*g_(1,nu)*is
  + g_(1,nu)*( g_(1,p) - g_(1,k) + m*gi_(1) )*g_(1,N)*iu ) );
trace4,1;
.sort

* A = 2(s^2+u^2)/(su) NN - 8t/(su) [(N.p)^2+(N.p')^2] - 4t/(su) (t2+k2) NN
*     + 2(k2+2m^2)/(su)^2 [(s+u)^2 t NN - 4 W^2],  W = u N.p + s N.p',  t2 = k2 - t - s - u
Local closed = 2*(s^2+u^2)*is*iu*NN - 8*t*is*iu*(NA^2+NB^2)
  - 4*t*is*iu*(2*k2-t-s-u)*NN
  + 2*(k2+2*m^2)*is^2*iu^2*((s+u)^2*t*NN - 4*(u*NA+s*NB)^2);

Local difference = trace + closed;
id p.p = m^2;
id pp.pp = m^2;
id k.k = k2;
id p.k = 1/2*k2 - 1/2*u;
id pp.k = 1/2*s - 1/2*k2;
id p.pp = m^2 - 1/2*(k2-t-s-u);
id N.k = NA - NB;
id N.p = NA;
id N.pp = NB;
id N.N = NN;
repeat id s*is = 1;
repeat id u*iu = 1;
.sort
Print difference;
.end
